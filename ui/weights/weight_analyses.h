#pragma once

#include <QJsonObject>
#include <QObject>
#include <functional>
#include <string>
#include <vector>

#include "core/figures/plot_style.h"
#include "ui/main_window/session_model.h"
#include "ui/weights/adapter_map.h"

class QMenu;

namespace lorascope::ui {

class Card;
class LorascopeProgram;
class MessageBar;

/// What `lorascope analyse RUN --what intruders | amplification | alpha` said about one run.
struct WeightAnalysis {
  RunId run = 0;
  std::string name;
  figures::LineStyle style;
  std::vector<AdapterModule> modules;
};

/// The analyses of one kind of finished runs: asked for in child processes, found again in the workspace's
/// artifacts/analyses when it is opened another time.
class WeightAnalyses : public QObject {
  Q_OBJECT

 public:
  WeightAnalyses(const QString& what, SessionModel* session, LorascopeProgram* program, QObject* parent);

  /// One a run, the newest last.
  const std::vector<WeightAnalysis>& all() const { return all_; }
  void analyse(RunId run);
  /// Takes the place of an earlier one of that run.
  void add(WeightAnalysis analysis);
  /// Reads what the workspace keeps of runs that are still there, where nothing was computed since.
  void loadStored();
  /// From now on the card's note says what is computed, and the message what went wrong.
  void tellIn(Card* card, MessageBar* message);
  /// An entry for every finished run; those of X-LoRA say why they have none.
  void fillMenu(QMenu* menu);

 Q_SIGNALS:
  void started(const QString& name);
  /// What went wrong and the command that did.
  void failed(const QString& message, const QString& command);
  void changed(lorascope::ui::RunId run);

 private:
  WeightAnalysis of(const store::RunRecord& run, const QJsonObject& answer) const;

  QString what_;
  SessionModel* session_;
  LorascopeProgram* program_;
  std::vector<WeightAnalysis> all_;
  QString loaded_;  ///< the workspace whose analyses were read
};

}  // namespace lorascope::ui
