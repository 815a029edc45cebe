#include "ui/main_window/main_window.h"

#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMimeData>
#include <QPushButton>
#include <QResizeEvent>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "ui/compare/compare_tab.h"
#include "ui/curves/curves_tab.h"
#include "ui/details/details_panel.h"
#include "ui/inspect/inspect_tab.h"
#include "ui/log/log_panel.h"
#include "ui/main_window/command_palette.h"
#include "ui/main_window/help_window.h"
#include "ui/main_window/split_pane.h"
#include "ui/main_window/status_line.h"
#include "ui/main_window/top_bar.h"
#include "ui/main_window/torn_tab.h"
#include "ui/main_window/window_settings.h"
#include "ui/plots/undoable.h"
#include "ui/process/lorascope_program.h"
#include "ui/process/run_control.h"
#include "ui/report/report_pins.h"
#include "ui/report/report_tab.h"
#include "ui/representations/representations_tab.h"
#include "ui/runs/dragged_runs.h"
#include "ui/runs/runs_panel.h"
#include "ui/study/study_editor.h"
#include "ui/train/train_tab.h"
#include "ui/weights/adapters_card.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/dock_title.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/inset.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kRunsWidth = 300;
constexpr int kDetailsWidth = 320;
constexpr int kLogHeight = 190;
constexpr int kWidthForDetails = 1100;
constexpr int kMostUndoSteps = 200;

/// What a Hugging Face Trainer left: its state lies there, or in its checkpoints.
bool isTrainerFolder(const QString& path) {
  const QString state = QStringLiteral("trainer_state.json");
  const QDir folder(path);
  if (!folder.exists() || path.isEmpty()) return false;
  if (folder.exists(state)) return true;
  const QStringList checkpoints = folder.entryList({QStringLiteral("checkpoint-*")}, QDir::Dirs);
  return std::any_of(checkpoints.begin(), checkpoints.end(),
                     [&](const QString& checkpoint) { return folder.exists(checkpoint + '/' + state); });
}

}  // namespace

MainWindow::MainWindow(SessionModel* session, QWidget* parent)
    : QMainWindow(parent), session_(session), edits_(session, &undo_) {
  undo_.setUndoLimit(kMostUndoSteps);
  setWindowTitle(QStringLiteral("Lorascope"));
  setWindowIcon(applicationIcon());
  setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
  setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
  setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
  program_ = new LorascopeProgram(this);
  control_ = new RunControl(session, program_, this);
  top_ = new TopBar;
  addToolBar(Qt::TopToolBarArea, top_);
  status_ = new StatusLine(session);
  setStatusBar(status_);
  buildCentre();
  buildDocks();
  buildActions();
  connect(session, &SessionModel::workspaceOpened, this, [this] {
    undo_.clear();
    messages_->clear();
    followed_ = 0;
    setWindowTitle(tr("%1 – Lorascope").arg(QDir(session_->workspaceFolder()).dirName()));
    QSettings().setValue(QStringLiteral("workspace/last"), session_->workspaceFolder());
  });
  const auto show_failure = [this](const QString& message, const QString& hint) {
    messages_->showMessage(Tone::Error, message, hint);
    if (session_->workspaceFolder().isEmpty()) {
      messages_->addAction(tr("Open another workspace"), [this] { chooseWorkspace(); });
    }
  };
  connect(session, &SessionModel::failed, this, show_failure);
  connect(control_, &RunControl::failed, this, show_failure);
  connect(control_, &RunControl::studyStarted, this, [this] {
    followed_ = session_->selectedRun();
    showTab(QStringLiteral("Train"));
  });
  connect(session, &SessionModel::runsChanged, this, &MainWindow::followRuns);
  resize(1280, 800);
  resetLayout();
  restoreLayout(*this);
  setLogUnfolded(QSettings().value(QStringLiteral("window/logUnfolded"), false).toBool());
  showTab(QSettings().value(QStringLiteral("window/tab"), QStringLiteral("Train")).toString());
}

MainWindow::~MainWindow() = default;

void MainWindow::buildCentre() {
  auto* centre = new QWidget;
  auto* layout = new QVBoxLayout(centre);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  messages_ = new MessageBar;
  layout->addWidget(new Inset(messages_, QMargins(kPadding, kPadding, kPadding, 0)));
  pages_ = new QStackedWidget;
  split_ = new SplitPane;
  centre_split_ = new QSplitter(Qt::Horizontal);
  centre_split_->setChildrenCollapsible(false);
  centre_split_->addWidget(pages_);
  centre_split_->addWidget(split_);
  layout->addWidget(centre_split_, 1);
  connect(split_, &SplitPane::closeRequested, this, &MainWindow::closeSplit);
  setCentralWidget(centre);
  train_ = new TrainTab(session_, control_);
  curves_ = new CurvesTab(session_);
  addTab(tr("Train"), train_);
  addTab(tr("Curves"), curves_);
  weights_ = new WeightsTab(session_, program_);
  compare_ = new CompareTab(session_, weights_->book());
  addTab(tr("Compare"), compare_);
  addTab(tr("Weights"), weights_);
  inspect_ = new InspectTab(session_, program_);
  addTab(tr("Inspect"), inspect_);
  representations_ = new RepresentationsTab(session_, program_);
  addTab(tr("Representations"), representations_);
  for (QWidget* page : std::initializer_list<QWidget*>{curves_, compare_, weights_}) {
    new RunDropTarget(page, session_, &edits_);
  }
  report_ = new ReportTab(session_, program_, &undo_);
  addTab(tr("Report"), report_);
  report_->pins()->watch(this);
  new UndoReceiver(this, &undo_);
  connect(report_, &ReportTab::pinned, this, &MainWindow::showPinned);
  // What F1 says where a part of a tab has no topic of its own.
  setHelpTopic(train_, QStringLiteral("view.train"));
  setHelpTopic(curves_, QStringLiteral("view.curves"));
  setHelpTopic(compare_, QStringLiteral("view.compare"));
  setHelpTopic(weights_, QStringLiteral("view.weights"));
  setHelpTopic(inspect_, QStringLiteral("view.inspect"));
  setHelpTopic(representations_, QStringLiteral("view.representations"));
  setHelpTopic(report_, QStringLiteral("view.report"));
  palette_ = new CommandPalette(this);
  setAcceptDrops(true);
  connect(top_, &TopBar::tabSplitRequested, this, [this](int index) { splitTab(tab_names_.at(index)); });
  connect(top_, &TopBar::tabTearRequested, this, [this](int index) { tearOffTab(tab_names_.at(index)); });
  connect(compare_, &CompareTab::trainRequested, this, [this] { showTab(QStringLiteral("Train")); });
  connect(top_, &TopBar::tabChosen, this, [this](int index) { showTab(tab_names_.at(index)); });
  connect(top_, &TopBar::runStudyRequested, this, &MainWindow::makeStudy);
  connect(top_, &TopBar::themeToggled, this, [this] {
    Q_EMIT appearanceChosen(appearanceOf(this) == Appearance::Dark ? Appearance::Light : Appearance::Dark);
  });
  connect(curves_, &CurvesTab::trainRequested, this, [this] { showTab(QStringLiteral("Train")); });
  connect(inspect_, &InspectTab::trainRequested, this, [this] { showTab(QStringLiteral("Train")); });
  connect(weights_, &WeightsTab::trainRequested, this, [this] { showTab(QStringLiteral("Train")); });
  connect(representations_, &RepresentationsTab::trainRequested, this, [this] { showTab(QStringLiteral("Train")); });
  connect(train_, &TrainTab::workspaceRequested, this, &MainWindow::chooseWorkspace);
  connect(train_, &TrainTab::adapterRequested, this, &MainWindow::chooseAdapter);
  connect(train_, &TrainTab::compareRequested, this, [this] { showTab(QStringLiteral("Compare")); });
  connect(train_, &TrainTab::inspectRequested, this, [this] { showTab(QStringLiteral("Inspect")); });
  connect(train_, &TrainTab::curvesRequested, this, [this] { showTab(QStringLiteral("Curves")); });
  connect(train_, &TrainTab::weightsRequested, this, [this] { showTab(QStringLiteral("Weights")); });
  connect(train_, &TrainTab::exportRequested, this, &MainWindow::exportCurrent);
}

void MainWindow::addTab(const QString& name, QWidget* page) {
  tab_names_.append(name);
  tab_pages_.append(page);
  top_->addTab(name);
  pages_->addWidget(page);
}

bool MainWindow::showTab(const QString& name) {
  if (name == QStringLiteral("Study")) {
    makeStudy();
    return true;
  }
  const auto index = static_cast<int>(tab_names_.indexOf(name));
  if (index < 0) {
    return false;
  }
  for (TornTab* torn : torn_) {
    if (torn->name() != name) continue;
    torn->raise();
    torn->activateWindow();
    top_->setCurrentTab(static_cast<int>(tab_pages_.indexOf(pages_->currentWidget())));
    return true;
  }
  if (split_->name() == name) {
    split_->page()->setFocus();
    top_->setCurrentTab(static_cast<int>(tab_pages_.indexOf(pages_->currentWidget())));
    return true;
  }
  top_->setCurrentTab(index);
  pages_->setCurrentWidget(pageOf(name));
  return true;
}

QWidget* MainWindow::pageOf(const QString& name) const {
  return tab_pages_.value(tab_names_.indexOf(name));
}

void MainWindow::tearOffTab(const QString& name) {
  QWidget* page = pageOf(name);
  // One tab stays: the window is not to be empty.
  if (page == nullptr || pages_->count() < 2 || pages_->indexOf(page) < 0) return;
  pages_->removeWidget(page);
  auto* torn = new TornTab(name, page, this);
  torn_.append(torn);
  connect(torn, &TornTab::closed, this, &MainWindow::giveBackTab);
  torn->show();
  top_->setCurrentTab(static_cast<int>(tab_pages_.indexOf(pages_->currentWidget())));
}

void MainWindow::giveBackTab(const QString& name) {
  for (TornTab* torn : QList<TornTab*>(torn_)) {
    if (torn->name() != name) continue;
    torn_.removeOne(torn);
    pages_->addWidget(torn->page());
    torn->deleteLater();
    showTab(name);
  }
}

void MainWindow::makeStudy() {
  showTab(QStringLiteral("Train"));
  train_->openEditor();
}

void MainWindow::cloneRun(store::RunId id) {
  const store::RunRecord* run = session_->run(id);
  if (run == nullptr) return;
  try {
    train_->openEditor(draftOf(study::RunSettings::from_json(run->settings)));
    showTab(QStringLiteral("Train"));
  } catch (const Error& error) {
    messages_->showMessage(Tone::Error, QString::fromStdString(error.message()), QString::fromStdString(error.hint()));
  }
}

void MainWindow::importTrainerFolder(const QString& folder) {
  const QStringList arguments = {QStringLiteral("import"),      QStringLiteral("hf"),        folder,
                                 QStringLiteral("--workspace"), session_->workspaceFolder(), QStringLiteral("--json")};
  messages_->showMessage(Tone::Info, tr("Reading %1 …").arg(QFileInfo(folder).fileName()));
  program_->run(arguments, [this, folder, arguments](const ProgramResult& result) {
    if (result.exit_code != 0) {
      const QString errors = result.errors.trimmed();
      messages_->showMessage(Tone::Error, errors.isEmpty() ? tr("%1 could not be read.").arg(folder) : errors,
                             tr("In a terminal: %1").arg(LorascopeProgram::commandLine(arguments)));
      return;
    }
    messages_->clear();
    const qint64 run = QJsonDocument::fromJson(result.output.toUtf8()).object().value("run_id").toInteger();
    auto* once = new QObject(this);
    connect(session_, &SessionModel::runsChanged, once, [this, once, run] {
      if (session_->run(run) == nullptr) return;
      session_->select({run});
      once->deleteLater();
    });
    session_->refresh();
    showTab(QStringLiteral("Curves"));
  });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  for (const QUrl& url : event->mimeData()->urls()) {
    const QString path = url.toLocalFile();
    if (isTrainerFolder(path)) {
      importTrainerFolder(path);
    } else if (AdaptersCard::isAdapterFolder(path)) {
      weights_->openAdapter(path);
      showTab(QStringLiteral("Weights"));
    } else if (path.endsWith(QStringLiteral(".toml"), Qt::CaseInsensitive)) {
      showTab(QStringLiteral("Train"));
      train_->openStudy(path);
    } else if (QFileInfo(path).isFile()) {
      makeStudy();
      train_->editor()->takeDataFile(path);
    } else {
      continue;
    }
    event->acceptProposedAction();
  }
}

QDockWidget* MainWindow::addDock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area) {
  auto* dock = new QDockWidget(title, this);
  dock->setObjectName(name);
  dock->setWidget(content);
  addDockWidget(area, dock);
  return dock;
}

void MainWindow::buildDocks() {
  runs_ = new RunsPanel(session_, control_, &edits_);
  runs_dock_ = addDock(QStringLiteral("runs"), tr("Runs"), runs_, Qt::LeftDockWidgetArea);
  auto* runs_title = new DockTitle(tr("Runs"));
  auto* add = new QPushButton(themedIcon(QStringLiteral("plus")), tr("Study"));
  add->setToolTip(tr("Make a study (Ctrl+N)"));
  add->setAccessibleName(tr("Make a study"));
  connect(add, &QPushButton::clicked, this, &MainWindow::makeStudy);
  connect(runs_, &RunsPanel::cloneRequested, this, &MainWindow::cloneRun);
  runs_title->addButton(add);
  runs_dock_->setTitleBarWidget(runs_title);
  auto* details = new DetailsPanel(session_, control_, &edits_);
  details_dock_ = addDock(QStringLiteral("details"), tr("Details"), details, Qt::RightDockWidgetArea);
  details_dock_->setTitleBarWidget(new DockTitle(tr("Details")));
  log_ = new LogPanel(session_, control_);
  connect(details, &DetailsPanel::logRequested, this, [this](bool output) {
    log_->showOutput(output);
    setLogUnfolded(true);
  });
  connect(details, &DetailsPanel::cloneRequested, this, &MainWindow::cloneRun);
  auto* below = new QWidget;
  auto* rows = new QVBoxLayout(below);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(0);
  rows->addWidget(log_->strip());
  rows->addWidget(log_, 1);
  log_dock_ = addDock(QStringLiteral("log"), tr("Log and queue"), below, Qt::BottomDockWidgetArea);
  // The strip is its own title; an empty bar takes the place of Qt's.
  log_dock_->setTitleBarWidget(new QWidget);
  connect(log_->strip(), &LogStrip::pressed, this, [this] { setLogUnfolded(log_->isHidden()); });
}

void MainWindow::setLogUnfolded(bool unfolded) {
  log_->setVisible(unfolded);
  log_->strip()->setUnfolded(unfolded);
  log_dock_->setMaximumHeight(unfolded ? QWIDGETSIZE_MAX : log_->strip()->height());
  if (unfolded) {
    resizeDocks({log_dock_}, {kLogHeight + log_->strip()->height()}, Qt::Vertical);
  }
}

void MainWindow::resetLayout() {
  for (QDockWidget* dock : {runs_dock_, details_dock_, log_dock_}) {
    dock->setFloating(false);
    dock->show();
  }
  addDockWidget(Qt::LeftDockWidgetArea, runs_dock_);
  addDockWidget(Qt::RightDockWidgetArea, details_dock_);
  addDockWidget(Qt::BottomDockWidgetArea, log_dock_);
  resizeDocks({runs_dock_, details_dock_}, {kRunsWidth, kDetailsWidth}, Qt::Horizontal);
  setLogUnfolded(false);
}

void MainWindow::followRuns() {
  const store::RunId selected = session_->selectedRun();
  const store::RunRecord* current = session_->run(selected);
  if (session_->runs().empty() || (selected != 0 && selected != followed_)) {
    return;
  }
  const bool has_ended = current == nullptr || !store::is_alive(current->state);
  if (!has_ended) {
    return;
  }
  // The newest that lives; without one, at first, the newest of all.
  const auto& runs = session_->runs();
  const auto alive =
      std::find_if(runs.rbegin(), runs.rend(), [](const auto& run) { return store::is_alive(run.state); });
  const store::RunId next = alive != runs.rend() ? alive->id : selected != 0 ? selected : runs.back().id;
  followed_ = next;
  session_->select({next});
}

void MainWindow::showPinned(const QString& title) {
  if (pages_->currentWidget() == report_) return;
  messages_->showMessage(Tone::Info, tr("Pinned to the report: %1").arg(title));
  messages_->addAction(tr("Show"), [this] {
    messages_->clear();
    showTab(tr("Report"));
  });
}

void MainWindow::chooseStudyFile() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Run a study file"),
                                                    QSettings().value(QStringLiteral("study/folder")).toString(),
                                                    tr("Study files (*.toml)"));
  if (!path.isEmpty()) {
    QSettings().setValue(QStringLiteral("study/folder"), QFileInfo(path).absolutePath());
    showTab(QStringLiteral("Train"));
    train_->openStudy(path);
  }
}

void MainWindow::chooseWorkspace() {
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Open a workspace"), session_->workspaceFolder());
  if (!folder.isEmpty()) {
    session_->openWorkspace(folder, true);
  }
}

void MainWindow::chooseAdapter() {
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Open an adapter folder"));
  if (folder.isEmpty()) return;
  if (!AdaptersCard::isAdapterFolder(folder)) {
    messages_->showMessage(Tone::Error, tr("%1 is no adapter folder.").arg(folder),
                           tr("Choose a folder that holds adapter_config.json."));
    return;
  }
  weights_->openAdapter(folder);
  showTab(QStringLiteral("Weights"));
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  const bool had_room = event->oldSize().width() < 0 || event->oldSize().width() >= kWidthForDetails;
  const bool has_room = width() >= kWidthForDetails;
  if (has_room == had_room && event->oldSize().width() >= 0) return;
  if (!has_room && !details_dock_->isHidden() && !details_dock_->isFloating()) {
    details_gave_way_ = true;
    details_dock_->hide();
    resizeDocks({runs_dock_}, {kRunsWidth}, Qt::Horizontal);
  } else if (has_room && details_gave_way_) {
    details_gave_way_ = false;
    details_dock_->show();
    resizeDocks({runs_dock_, details_dock_}, {kRunsWidth, kDetailsWidth}, Qt::Horizontal);
  }
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (details_gave_way_) details_dock_->show();
  saveLayout(*this);
  keepLayout();
  for (TornTab* torn : torn_) torn->hide();  // they must not keep the program alive
  QSettings settings;
  settings.setValue(QStringLiteral("window/logUnfolded"), !log_->isHidden());
  settings.setValue(QStringLiteral("window/tab"), tab_names_.value(tab_pages_.indexOf(pages_->currentWidget())));
  event->accept();
}

}  // namespace lorascope::ui
