#pragma once

#include <QToolBar>
#include <vector>

class QButtonGroup;
class QHBoxLayout;
class QMenu;
class QPushButton;
class QToolButton;

namespace lorascope::ui {

/// The bar above everything: name, workspace tabs, and on the right theme, commands and "Run study".
class TopBar : public QToolBar {
  Q_OBJECT

 public:
  explicit TopBar(QWidget* parent = nullptr);

  void addTab(const QString& title);
  void setCurrentTab(int index);
  int numTabs() const;
  /// What the button "Commands" opens; owned by the caller.
  void setMenu(QMenu* menu) { menu_ = menu; }
  QMenu* menu() const { return menu_; }
  void openMenu();

 Q_SIGNALS:
  void tabChosen(int index);
  /// Double-click, or the tab's menu: a window of its own.
  void tabTearRequested(int index);
  /// The tab's menu: beside the others.
  void tabSplitRequested(int index);
  void themeToggled();
  void runStudyRequested();

 protected:
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void showThemeIcon();

  QButtonGroup* tabs_;
  QHBoxLayout* tab_row_;
  QMenu* menu_ = nullptr;
  QToolButton* theme_ = nullptr;
  QPushButton* commands_;
};

}  // namespace lorascope::ui
