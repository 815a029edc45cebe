#pragma once

#include <QElapsedTimer>
#include <QWidget>
#include <vector>

#include "ui/report/program_presets.h"

class QLabel;
class QPushButton;

namespace lorascope::ui {

class CommandProgress;
class LorascopeProgram;
class MessageBar;
class ReportPins;
class SessionModel;
struct ProgramResult;

/// The analysis that the report waits for: what is done of what, the time left, and a button that ends it. Its figures
/// are pinned step by step. Seen while it works; one at a time.
class PresetRun : public QWidget {
  Q_OBJECT

 public:
  /// Problems stand in `messages`.
  PresetRun(SessionModel* session, LorascopeProgram* program, ReportPins* pins, MessageBar* messages,
            QWidget* parent = nullptr);

  /// For the shown runs. Ends what is under way; what that has pinned stays.
  void start(const ProgramPreset& preset);
  /// Ends the child process; the rest is left out.
  void cancel();
  bool isRunning() const;
  QString text() const;
  QPushButton* button() const { return cancel_; }

 private:
  void begin();
  void runStep();
  void take(const ProgramResult& result, bool cancelled);
  void say(const QString& of_program);
  void end();

  SessionModel* session_;
  ReportPins* pins_;
  MessageBar* messages_;
  QLabel* text_;
  QPushButton* cancel_;
  CommandProgress* progress_;
  QString name_;
  std::vector<ProgramStep> steps_;
  std::size_t done_ = 0;  ///< of them
  QStringList arguments_;
  QElapsedTimer since_;
  bool is_waiting_ = false;  ///< the steps begin once the process of others is gone
};

}  // namespace lorascope::ui
