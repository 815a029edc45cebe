#pragma once

#include <QJsonObject>
#include <QObject>
#include <functional>
#include <vector>

#include "core/store/pin_store.h"
#include "ui/main_window/session_model.h"

namespace lorascope::ui {

/// Texts to ask about: the stored predictions of a run, minimal pairs, pinned texts. Reads in the background; answers
/// arrive on the UI thread, unless this object is gone by then.
class ExampleSource : public QObject {
  Q_OBJECT

 public:
  explicit ExampleSource(SessionModel* session, QObject* parent = nullptr);

  /// Inputs of `lorascope inspect`, the worst predictions of the run first, then others of its last evaluations.
  struct Examples {
    std::vector<QJsonObject> worst, others;
  };
  /// `is_of_several`: the run is about other tasks, too.
  void readExamples(RunId run, const std::string& task, bool is_of_several, std::function<void(const Examples&)> take);

  struct Pair {
    QString kind, first, second;
  };
  /// A few of each kind, of the files in experiments/minimal-pairs beside the program; none where there are none.
  void readPairs(std::function<void(const std::vector<Pair>&)> take);

  void readPins(std::function<void(const std::vector<store::PinRecord>&)> take);
  void addPin(RunId run, const QJsonObject& content);
  void removePin(std::int64_t id);

 private:
  SessionModel* session_;
};

/// The texts of these pins that one can ask `task` about, second texts of pairs among them.
std::vector<QJsonObject> pinnedInputs(const std::vector<store::PinRecord>& pins, const QString& task);

}  // namespace lorascope::ui
