#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

class QHBoxLayout;
class QToolButton;

namespace lorascope::ui {

/// A row of small buttons of which exactly one is pressed; folded, or where the names are long, one button with a menu.
class SegmentBar : public QWidget {
  Q_OBJECT

 public:
  explicit SegmentBar(const QString& name, QWidget* parent = nullptr);

  /// Keeps the choice where a segment of the same name is still there. Tips may be empty.
  void setSegments(const QStringList& segments, const QStringList& tips = {});
  void setFolded(bool folded);
  int chosen() const { return chosen_; }
  void choose(int index);
  const QStringList& segments() const { return segments_; }

 Q_SIGNALS:
  void chosenChanged(int index);

 private:
  void makeMenu();
  void makeButtons(const QStringList& tips);
  void showForm();

  QHBoxLayout* row_;
  QStringList segments_;
  std::vector<QToolButton*> buttons_;
  QToolButton* menu_button_ = nullptr;
  int chosen_ = 0;
  bool folded_ = false;
};

}  // namespace lorascope::ui
