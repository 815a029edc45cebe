#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;

namespace lorascope::ui {

class LorascopeProgram;
class MessageBar;
class SessionModel;

/// Writes the paper kit: a folder, the button, and the command that does the same, which runs as a child process.
class KitBar : public QWidget {
  Q_OBJECT

 public:
  /// Errors and "Open folder" stand in `messages`.
  KitBar(SessionModel* session, LorascopeProgram* program, MessageBar* messages, QWidget* parent = nullptr);

  void setFolder(const QString& folder);
  QString folder() const;
  /// Without figures in the report the kit is about the shown runs.
  void setReportEmpty(bool empty);
  QPushButton* button() const { return button_; }
  void exportKit();

 Q_SIGNALS:
  /// The kit is there, or the message says why not.
  void finished(bool written);

 private:
  QStringList arguments() const;
  void showCommand();
  void chooseFolder();

  SessionModel* session_;
  LorascopeProgram* program_;
  MessageBar* messages_;
  QLineEdit* folder_;
  QPushButton* button_;
  QLabel* command_;
  bool empty_ = true;
};

}  // namespace lorascope::ui
