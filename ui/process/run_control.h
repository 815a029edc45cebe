#pragma once

#include <QObject>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/store/command_box.h"
#include "core/store/run_record.h"

namespace lorascope::ui {

class LorascopeProgram;
class SessionModel;

/// What can be asked of a run from outside.
enum class RunVerb { Pause, Continue, StopAndKeep, Checkpoint, Resume, MarkFailed };

/// Whether the verb makes sense for a run in this state.
bool isPossible(RunVerb verb, store::RunState state);
/// "Stop and keep": as it stands on buttons and in menus.
QString label(RunVerb verb);
/// Name in resources/icons.
QString iconName(RunVerb verb);

/// Asks runs to pause, stop, … by command rows, and starts processes for runs and studies. Every request is also a
/// command of the command line.
class RunControl : public QObject {
  Q_OBJECT

 public:
  RunControl(SessionModel* session, LorascopeProgram* program, QObject* parent = nullptr);

  /// Runs for which the verb is not possible are left out.
  void request(RunVerb verb, const std::vector<store::RunId>& ids);
  /// The built-in comparison of full fine-tuning and LoRA.
  void startBuiltInStudy();
  /// Checks the file first and reports all that is wrong with it; starts it when nothing is.
  void startStudy(const QString& study_file, const std::function<void(const std::vector<Problem>&)>& problems);
  /// Works the queue in the background: for runs that wait although nothing runs.
  void startQueue();
  /// Moves a waiting run one place up or down in the queue.
  void moveInQueue(store::RunId id, bool up);
  /// Puts a waiting run before another waiting one, or at the end.
  void placeInQueue(store::RunId id, std::optional<store::RunId> before);
  /// Takes waiting runs out of the queue: they turn stopped and can be resumed later.
  void removeFromQueue(const std::vector<store::RunId>& ids);

 Q_SIGNALS:
  /// A study's process was started: its runs appear soon.
  void studyStarted();
  /// A process could not be started: what happened, and what to do.
  void failed(const QString& message, const QString& hint);

 private:
  bool start(const QStringList& arguments);

  SessionModel* session_;
  LorascopeProgram* program_;
};

}  // namespace lorascope::ui
