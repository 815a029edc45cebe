#pragma once

#include <QObject>
#include <QString>
#include <QStringList>
#include <functional>

class QProcess;

namespace lorascope::ui {

/// What a command that was waited for said.
struct ProgramResult {
  int exit_code = 0;  ///< -1 where it could not be started
  QString output;
  QString errors;
};

/// The program `lorascope`, which trains: LORASCOPE_PROGRAM, or the one beside this executable. Processes that train
/// are started detached, so that closing or losing the window does not end them.
class LorascopeProgram : public QObject {
  Q_OBJECT

 public:
  explicit LorascopeProgram(QObject* parent = nullptr);

  /// Empty when there is none.
  const QString& path() const { return path_; }

  /// Starts a process that outlives the window. False when it could not be started.
  bool startDetached(const QStringList& arguments) const;
  /// Runs a short command as a child and calls back on the UI thread when it has ended.
  void run(const QStringList& arguments, const std::function<void(const ProgramResult&)>& done);

  /// The same for a longer one that says something now and then: `line` gets each line of its output as it comes. The
  /// process deletes itself when it has ended; stop() ends it earlier, and then `done` is not called.
  QProcess* runLines(const QStringList& arguments, const std::function<void(const QString&)>& line,
                     const std::function<void(const ProgramResult&)>& done);
  /// Asks a process of runLines() to end, and makes it end when it does not listen.
  static void stop(QProcess* process);

  /// As a line to paste into a shell.
  static QString commandLine(const QStringList& arguments);

 private:
  QString path_;
};

}  // namespace lorascope::ui
