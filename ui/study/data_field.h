#pragma once

#include <QWidget>
#include <string>

#include "ui/study/data_summary.h"

class QLabel;
class QLineEdit;

namespace lorascope::ui {

/// A data file of a study: typed, chosen or dropped; what it holds and what is wrong with it stands under it at once.
class DataField : public QWidget {
  Q_OBJECT

 public:
  explicit DataField(const QString& name, QWidget* parent = nullptr);

  QString file() const;
  void setFile(const QString& file);
  void setTask(const std::string& task);
  const DataSummary& summary() const { return summary_; }

 Q_SIGNALS:
  void fileChanged();
  /// The file was read.
  void summaryChanged();

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void read();
  void showSummary(const DataSummary& summary);
  void choose();

  std::string task_ = "wnut17";
  DataSummary summary_;
  int request_ = 0;  ///< number of the newest reading; older answers are dropped
  QLineEdit* file_;
  QLabel* counts_;
};

}  // namespace lorascope::ui
