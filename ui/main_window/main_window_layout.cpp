// Where the parts of the window stand: two tabs side by side, and a layout of its own for each kind of work.

#include <QAction>
#include <QDockWidget>
#include <QMenu>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <algorithm>

#include "ui/log/log_panel.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/split_pane.h"
#include "ui/main_window/top_bar.h"
#include "ui/main_window/window_settings.h"

namespace lorascope::ui {
namespace {

/// What a task looks like until somebody has changed it.
struct NamedLayout {
  const char* name;
  const char* tab;
  bool runs, details, log;
};
constexpr NamedLayout kLayouts[] = {
    {"Train", "Train", true, true, true}, {"Compare", "Compare", true, false, false}, {"Inspect", "Inspect", false, false, false}};

QString keyOf(const QString& layout, const char* what) {
  return QStringLiteral("layouts/%1/%2").arg(layout, QLatin1String(what));
}

}  // namespace

QStringList MainWindow::layoutNames() {
  QStringList names;
  for (const NamedLayout& layout : kLayouts) names.append(QString::fromUtf8(layout.name));
  return names;
}

void MainWindow::addLayoutActions(QMenu* menu) {
  addAction(menu->addAction(tr("This tab beside the others"), QKeySequence(tr("Ctrl+\\")), this, [this] {
    if (!split_->name().isEmpty()) {
      closeSplit();
      return;
    }
    splitTab(tab_names_.value(tab_pages_.indexOf(pages_->currentWidget())));
  }));
  QMenu* layouts = menu->addMenu(tr("Layout"));
  int number = 0;
  for (const QString& name : layoutNames()) {
    addAction(layouts->addAction(tr("Layout for %1").arg(name), QKeySequence(tr("Ctrl+Shift+%1").arg(++number)), this,
                                 [this, name] { applyLayout(name); }));
  }
}

bool MainWindow::splitTab(const QString& name) {
  QWidget* page = pageOf(name);
  if (page == nullptr || pages_->indexOf(page) < 0) return false;
  closeSplit();
  // One tab stays on the left.
  if (pages_->count() < 2) return false;
  pages_->removeWidget(page);
  split_->hold(name, page);
  const int half = centre_split_->width() / 2;
  centre_split_->setSizes({half, half});
  top_->setCurrentTab(static_cast<int>(tab_pages_.indexOf(pages_->currentWidget())));
  return true;
}

void MainWindow::closeSplit() {
  if (split_->name().isEmpty()) return;
  pages_->addWidget(split_->release());
}

QString MainWindow::splitName() const {
  return split_->name();
}

void MainWindow::keepLayout() {
  if (layout_name_.isEmpty()) return;
  QSettings settings;
  settings.setValue(keyOf(layout_name_, "docks"), saveState(kLayoutVersion));
  settings.setValue(keyOf(layout_name_, "log"), !log_->isHidden());
  settings.setValue(keyOf(layout_name_, "tab"), tab_names_.value(tab_pages_.indexOf(pages_->currentWidget())));
  settings.setValue(keyOf(layout_name_, "beside"), split_->name());
}

bool MainWindow::applyLayout(const QString& name) {
  const auto found = std::find_if(std::begin(kLayouts), std::end(kLayouts),
                                  [&](const NamedLayout& layout) { return name == QLatin1String(layout.name); });
  if (found == std::end(kLayouts)) return false;
  keepLayout();
  closeSplit();
  layout_name_ = name;
  const QSettings settings;
  const QByteArray docks = settings.value(keyOf(name, "docks")).toByteArray();
  if (docks.isEmpty() || !restoreState(docks, kLayoutVersion)) {
    resetLayout();
    runs_dock_->setVisible(found->runs);
    details_dock_->setVisible(found->details);
  }
  setLogUnfolded(settings.value(keyOf(name, "log"), found->log).toBool());
  showTab(settings.value(keyOf(name, "tab"), QString::fromUtf8(found->tab)).toString());
  const QString beside = settings.value(keyOf(name, "beside")).toString();
  if (!beside.isEmpty()) splitTab(beside);
  return true;
}

}  // namespace lorascope::ui
