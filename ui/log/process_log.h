#pragma once

#include <QPlainTextEdit>

namespace lorascope::ui {

/// The end of a process's own output file: what stood on its screen, the reason of a crash included.
class ProcessLog : public QPlainTextEdit {
  Q_OBJECT

 public:
  explicit ProcessLog(QWidget* parent = nullptr);

  /// Shows another file; empty: none.
  void setFile(const QString& file);
  /// Reads the file again where it has changed. Cheap otherwise.
  void refresh();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QString file_;
  qint64 size_ = -1;
};

}  // namespace lorascope::ui
