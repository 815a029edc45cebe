#pragma once

#include <QWidget>

class QGridLayout;

namespace lorascope::ui {

/// Rows of a name and its value, the value right-aligned and to be copied.
class KeyValueList : public QWidget {
  Q_OBJECT

 public:
  explicit KeyValueList(QWidget* parent = nullptr);

  void clear();
  void addRow(const QString& key, const QString& value, const QString& toolTip = {});
  int numRows() const { return num_rows_; }

 private:
  QGridLayout* grid_;
  int num_rows_ = 0;
};

}  // namespace lorascope::ui
