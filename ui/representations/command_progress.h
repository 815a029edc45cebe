#pragma once

#include <QProgressBar>
#include <QStringList>

namespace lorascope::ui {

class LorascopeProgram;
class WatchedCommand;
struct ProgramResult;

/// A command of `lorascope` as a thin bar: seen while it runs, filled by the "512/4000" of its progress, and a way to end
/// it. The process ends with this object.
class CommandProgress : public QProgressBar {
  Q_OBJECT

 public:
  explicit CommandProgress(const LorascopeProgram* program, QWidget* parent = nullptr);

  bool isRunning() const;
  /// Nothing happens while one is running.
  void start(const QStringList& arguments);
  /// finished() follows once the process is gone.
  void cancel();

 Q_SIGNALS:
  /// Where it stands: "starting…", "base model 512/4000 12 s left", "stopping…".
  void said(const QString& text);
  void finished(const lorascope::ui::ProgramResult& result, bool cancelled);

 private:
  void showLine(const QString& line);

  WatchedCommand* command_;
};

/// What a command that failed wrote on stderr, without its progress; `otherwise` where it wrote nothing.
QString problemText(const ProgramResult& result, const QString& otherwise);

}  // namespace lorascope::ui
