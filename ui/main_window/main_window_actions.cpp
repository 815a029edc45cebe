// The commands of the window: what the menu "Commands" holds, with their keys.

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QStackedWidget>
#include <algorithm>

#include "core/figures/run_groups.h"
#include "ui/compare/compare_tab.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/curves_tab.h"
#include "ui/log/log_panel.h"
#include "ui/main_window/command_palette.h"
#include "ui/main_window/help_window.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/top_bar.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/table_card.h"
#include "ui/report/kit_bar.h"
#include "ui/report/report_tab.h"
#include "ui/runs/runs_panel.h"
#include "ui/train/train_tab.h"
#include "ui/representations/representations_tab.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

void MainWindow::buildActions() {
  auto* commands = new QMenu(this);
  addFileActions(commands);
  commands->addSeparator();
  QAction* undo = undo_.createUndoAction(this, tr("Undo"));
  undo->setShortcut(QKeySequence::Undo);
  QAction* redo = undo_.createRedoAction(this, tr("Redo"));
  redo->setShortcut(QKeySequence::Redo);
  for (QAction* action : {undo, redo}) {
    commands->addAction(action);
    addAction(action);
  }
  QMenu* run = commands->addMenu(tr("Selected runs"));
  connect(run, &QMenu::aboutToShow, this, [this, run] {
    run->clear();
    runs_->fillRunMenu(run);
  });
  QAction* filter = commands->addAction(themedIcon("search"), tr("Filter the runs"), QKeySequence::Find, this, [this] {
    runs_dock_->show();
    runs_->filterLine()->setFocus(Qt::ShortcutFocusReason);
    runs_->filterLine()->selectAll();
  });
  addAction(filter);
  commands->addSeparator();
  addViewActions(commands->addMenu(tr("View")));
  commands->addSeparator();
  addAction(commands->addAction(themedIcon("help"), tr("Help about what has the focus"), QKeySequence(Qt::Key_F1), this,
                                &MainWindow::showContextHelp));
  addAction(
      commands->addAction(tr("Keys and gestures"), QKeySequence(tr("Shift+F1")), this, [this] { showHelpTopic({}); }));
  addAction(commands->addAction(themedIcon("search"), tr("Find a command…"), QKeySequence(tr("Ctrl+K")), this,
                                &MainWindow::openPalette));
  QAction* quit =
      commands->addAction(tr("Close the window (runs go on)"), QKeySequence(tr("Ctrl+Q")), this, &QWidget::close);
  addAction(quit);
  top_->setMenu(commands);
  auto* open = new QAction(this);
  open->setShortcut(Qt::Key_F10);
  connect(open, &QAction::triggered, top_, &TopBar::openMenu);
  addAction(open);
}

void MainWindow::addFileActions(QMenu* menu) {
  const QList<QAction*> actions = {
      menu->addAction(themedIcon("plus"), tr("Make a study…"), QKeySequence::New, this, &MainWindow::makeStudy),
      menu->addAction(tr("New study with the selected run's settings…"), QKeySequence(tr("Ctrl+D")), this,
                      [this] { cloneRun(session_->selectedRun()); }),
      menu->addAction(themedIcon("play"), tr("Run a study file…"), QKeySequence(tr("Ctrl+R")), this,
                      &MainWindow::chooseStudyFile),
      menu->addAction(tr("Run the built-in comparison"), this, [this] { control_->startBuiltInStudy(); }),
      menu->addAction(themedIcon("folder"), tr("Open a workspace…"), QKeySequence::Open, this,
                      &MainWindow::chooseWorkspace),
      menu->addAction(themedIcon("export"), tr("Export the plot in view…"), QKeySequence(tr("Ctrl+E")), this,
                      &MainWindow::exportCurrent)};
  addActions(actions);
}

void MainWindow::addViewActions(QMenu* menu) {
  for (int i = 0; i < tab_names_.size(); ++i) {
    const QString name = tab_names_[i];
    addAction(menu->addAction(name, QKeySequence(tr("Ctrl+%1").arg(i + 1)), this, [this, name] { showTab(name); }));
  }
  menu->addAction(tr("This tab in a window of its own"), this,
                  [this] { tearOffTab(tab_names_.value(tab_pages_.indexOf(pages_->currentWidget()))); });
  addLayoutActions(menu);
  menu->addSeparator();
  const std::pair<QDockWidget*, const char*> docks[] = {{runs_dock_, "panel-left"}, {details_dock_, "panel-right"}};
  for (const auto& [dock, icon] : docks) {
    QAction* toggle = dock->toggleViewAction();
    toggle->setIcon(themedIcon(icon));
    menu->addAction(toggle);
  }
  addAction(menu->addAction(themedIcon("panel-bottom"), tr("Log and queue"), QKeySequence(tr("Ctrl+L")), this,
                            [this] { setLogUnfolded(log_->isHidden()); }));
  menu->addSeparator();
  menu->addAction(tr("Light"), this, [this] { Q_EMIT appearanceChosen(Appearance::Light); });
  menu->addAction(tr("Dark"), this, [this] { Q_EMIT appearanceChosen(Appearance::Dark); });
  menu->addSeparator();
  menu->addAction(tr("Reset the layout"), this, &MainWindow::resetLayout);
}

void MainWindow::exportCurrent() {
  // The plot with the focus, else the main one of the tab in view. Train has none to export: Curves shows the same run.
  PlotCard* card = nullptr;
  for (QWidget* widget = focusWidget(); widget != nullptr && card == nullptr; widget = widget->parentWidget()) {
    card = qobject_cast<PlotCard*>(widget);
  }
  if (card == nullptr && pages_->currentWidget() == report_) {
    report_->kit()->exportKit();
    return;
  }
  if (card == nullptr && pages_->currentWidget() == compare_) {
    compare_->table()->setExportOpen(true);
    return;
  }
  if (card == nullptr && pages_->currentWidget() == representations_) card = representations_->mainPlot();
  if (card == nullptr) {
    const bool in_weights = pages_->currentWidget() == weights_;
    showTab(in_weights ? QStringLiteral("Weights") : QStringLiteral("Curves"));
    card = in_weights ? weights_->mainPlot() : curves_->cards().empty() ? nullptr : curves_->cards().front();
  }
  if (card != nullptr) {
    card->openExport();
  }
}

void MainWindow::openPalette() {
  std::vector<PaletteEntry> entries;
  for (const QAction* action : top_->menu()->findChildren<QAction*>() + actions()) {
    const QString text = QString(action->text()).remove('&');
    const bool known =
        std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.text == text; });
    if (text.isEmpty() || known || action->menu() != nullptr || !action->isEnabled() || action->isSeparator()) continue;
    entries.push_back({text, action->shortcut().toString(QKeySequence::NativeText),
                       [action = QPointer(const_cast<QAction*>(action))] {
                         if (action) action->trigger();
                       }});
  }
  for (const store::RunRecord& run : session_->runs()) {
    const QString name = QString::fromStdString(figures::full_name(run));
    entries.push_back(
        {tr("Run: %1").arg(name), QString::fromStdString(run.study), [this, id = run.id] { session_->select({id}); }});
  }
  for (const QString& id : helpIds()) {
    entries.push_back({tr("Help: %1").arg(helpTitle(id)), id, [this, id] { showHelpTopic(id); }});
  }
  palette_->open(std::move(entries));
}

HelpWindow* MainWindow::helpWindow() const {
  return help_;
}

void MainWindow::showContextHelp() {
  showHelpTopic(helpTopicOf(QApplication::focusWidget()));
}

void MainWindow::showHelpTopic(const QString& id) {
  if (help_ == nullptr) help_ = new HelpWindow(this);
  help_->showTopic(id);
}

}  // namespace lorascope::ui
