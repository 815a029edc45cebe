#pragma once

#include <QObject>
#include <QStringList>

#include "ui/process/lorascope_program.h"

class QProcess;

namespace lorascope::ui {

/// A command of `lorascope` that takes a while: its progress as it comes, and a way to stop it. One at a time.
class WatchedCommand : public QObject {
  Q_OBJECT

 public:
  explicit WatchedCommand(const LorascopeProgram* program, QObject* parent = nullptr);
  /// Ends a command that is still running.
  ~WatchedCommand() override;

  bool isRunning() const { return process_ != nullptr; }
  /// False while one is running.
  bool start(const QStringList& arguments);
  /// Asks it to stop; after two seconds ends it.
  void cancel();

 Q_SIGNALS:
  /// The newest line of its stderr: "base model 512/4000".
  void progressed(const QString& line);
  /// `errors` holds its last lines only where it failed.
  void finished(const lorascope::ui::ProgramResult& result, bool cancelled);

 private:
  void takeErrors();
  void end(int exit_code, const QString& problem);

  const LorascopeProgram* program_;
  QProcess* process_ = nullptr;
  QString errors_;
  bool cancelled_ = false;
};

}  // namespace lorascope::ui
