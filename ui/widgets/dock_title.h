#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace lorascope::ui {

/// The title row of a dock: its name in title size, room for buttons at the right end. Dragging it moves the dock,
/// double-clicking floats it.
class DockTitle : public QWidget {
  Q_OBJECT

 public:
  explicit DockTitle(const QString& title, QWidget* parent = nullptr);
  void setTitle(const QString& title);
  void addButton(QWidget* button);

 private:
  QLabel* label_;
  QHBoxLayout* layout_;
};

}  // namespace lorascope::ui
