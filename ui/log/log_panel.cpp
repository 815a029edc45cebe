#include "ui/log/log_panel.h"

#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QListView>
#include <QMouseEvent>
#include <QPushButton>
#include <QScrollBar>
#include <QShortcut>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <optional>

#include "ui/log/process_log.h"
#include "ui/log/queue_model.h"
#include "ui/main_window/session_model.h"
#include "ui/process/run_control.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
LogStrip::LogStrip(QWidget* parent) : QWidget(parent) {
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(kPadding, 0, kGap, 0);
  layout->setSpacing(kPadding);
  auto* title = new QLabel(tr("Log and queue"));
  title->setFont(boldFont());
  line_ = new ElidedLabel;
  makeSecondary(line_);
  waiting_ = new QLabel;
  makeSecondary(waiting_);
  fold_ = makeIconButton(QStringLiteral("arrow-up"), tr("Show the log and the queue"));
  layout->addWidget(title);
  layout->addWidget(line_, 1);
  layout->addWidget(waiting_);
  layout->addWidget(fold_);
  setFixedHeight(kControlHeight);
  connect(fold_, &QToolButton::clicked, this, &LogStrip::pressed);
}

void LogStrip::setLine(const QString& line) {
  line_->setText(line);
}

void LogStrip::setWaiting(int number) {
  waiting_->setText(number > 0 ? tr("%1 waiting").arg(number) : QString());
}

void LogStrip::setUnfolded(bool unfolded) {
  fold_->setIcon(themedIcon(unfolded ? "arrow-down" : "arrow-up", IconTone::Secondary));
  line_->setVisible(!unfolded);
}

void LogStrip::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && rect().contains(event->pos())) {
    Q_EMIT pressed();
  }
}

LogPanel::LogPanel(SessionModel* session, RunControl* control, QWidget* parent)
    : QWidget(parent), session_(session), control_(control) {
  events_ = new EventModel(session, this);
  queue_ = new QueueModel(session, this);
  strip_ = new LogStrip;
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(kPadding, 0, kPadding, kGap);
  layout->setSpacing(kSectionGap);
  layout->addWidget(buildLog(), 3);
  layout->addWidget(buildQueue(), 1);
  const auto show_line = [this] { strip_->setLine(events_->newestLine()); };
  connect(events_, &EventModel::grown, this, show_line);
  const auto show_waiting = [this] {
    strip_->setWaiting(queue_->numWaiting());
    start_->setVisible(queue_->numWaiting() > 0 && queue_->numWaiting() == queue_->rowCount());
  };
  connect(session, &SessionModel::runsChanged, this, show_waiting);
  connect(session, &SessionModel::runsChanged, this, &LogPanel::followOutput);
  connect(session, &SessionModel::selectionChanged, this, &LogPanel::followOutput);
  connect(session, &SessionModel::newEvents, output_, &ProcessLog::refresh);
  show_line();
  show_waiting();
  followOutput();
}

void LogPanel::showOutput(bool output) {
  source_->setCurrentIndex(output ? 1 : 0);
}

void LogPanel::followOutput() {
  const store::RunId run = session_->selectedRun();
  const QDir folder(session_->workspaceFolder());
  output_->setFile(run == 0 ? QString() : folder.filePath(QStringLiteral("artifacts/run-%1/log.txt").arg(run)));
  output_->refresh();
}

QWidget* LogPanel::buildLog() {
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  auto* bar = new QHBoxLayout;
  auto* level = new QComboBox;
  level->addItems({tr("Everything"), tr("Information"), tr("Warnings"), tr("Errors")});
  level->setCurrentIndex(static_cast<int>(LogLevel::Information));
  level->setAccessibleName(tr("Least level of log lines"));
  connect(level, &QComboBox::currentIndexChanged, this,
          [this](int index) { events_->setLevel(static_cast<LogLevel>(index)); });
  auto* copy = makeIconButton(QStringLiteral("copy"), tr("Copy the log"));
  connect(copy, &QToolButton::clicked, this, &LogPanel::copyLog);
  source_ = new QComboBox;
  source_->addItems({tr("Events"), tr("Output of the process")});
  source_->setAccessibleName(tr("What the log shows"));
  bar->addWidget(source_);
  bar->addWidget(level);
  bar->addStretch(1);
  bar->addWidget(copy);
  layout->addLayout(bar);
  log_view_ = new QTableView;
  log_view_->setModel(events_);
  log_view_->setShowGrid(false);
  log_view_->setAccessibleName(tr("Log of the selected run"));
  log_view_->horizontalHeader()->hide();
  log_view_->verticalHeader()->hide();
  log_view_->verticalHeader()->setDefaultSectionSize(QFontMetrics(bodyFont()).height() + 4);
  log_view_->horizontalHeader()->setSectionResizeMode(EventModel::Text, QHeaderView::Stretch);
  log_view_->setColumnWidth(EventModel::Time,
                            QFontMetrics(bodyFont()).horizontalAdvance(QStringLiteral("00:00:00")) + 20);
  log_view_->setSelectionBehavior(QAbstractItemView::SelectRows);
  log_view_->setWordWrap(false);
  // Follows the newest line as long as one has not scrolled up to read.
  connect(events_, &QAbstractItemModel::rowsAboutToBeInserted, this, [this] {
    const QScrollBar* bar_widget = log_view_->verticalScrollBar();
    log_view_->setProperty("follows", bar_widget->value() == bar_widget->maximum());
  });
  connect(events_, &EventModel::grown, this, [this] {
    if (log_view_->property("follows").toBool()) log_view_->scrollToBottom();
  });
  output_ = new ProcessLog;
  pages_ = new QStackedWidget;
  pages_->addWidget(log_view_);
  pages_->addWidget(output_);
  layout->addWidget(pages_, 1);
  connect(source_, &QComboBox::currentIndexChanged, this, [this, level](int index) {
    pages_->setCurrentIndex(index);
    level->setVisible(index == 0);
  });
  return page;
}

QWidget* LogPanel::buildQueue() {
  auto* page = new QWidget;
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  auto* bar = new QHBoxLayout;
  bar->addWidget(makeCaption(tr("Running and waiting")), 1);
  auto* up = makeIconButton(QStringLiteral("move-up"), tr("Start the chosen run earlier"));
  auto* down = makeIconButton(QStringLiteral("move-down"), tr("Start the chosen run later"));
  auto* remove = makeIconButton(QStringLiteral("close"), tr("Take the chosen run out of the queue"));
  queue_view_ = new QListView;
  queue_view_->setModel(queue_);
  queue_view_->setAccessibleName(tr("Running and waiting runs"));
  queue_view_->setDragDropMode(QAbstractItemView::InternalMove);
  queue_view_->setDefaultDropAction(Qt::MoveAction);
  queue_view_->setToolTip(tr("Drag a waiting run to its place, or Alt+Up and Alt+Down"));
  connect(queue_, &QueueModel::moveRequested, control_, [this](store::RunId run, store::RunId before) {
    control_->placeInQueue(run, before == 0 ? std::nullopt : std::optional(before));
  });
  const auto chosen = [this] { return queue_->runAt(queue_view_->currentIndex().row()); };
  connect(up, &QToolButton::clicked, this, [this, chosen] { control_->moveInQueue(chosen(), true); });
  connect(down, &QToolButton::clicked, this, [this, chosen] { control_->moveInQueue(chosen(), false); });
  connect(remove, &QToolButton::clicked, this, [this, chosen] { control_->removeFromQueue({chosen()}); });
  connect(queue_view_, &QListView::clicked, this,
          [this](const QModelIndex& index) { session_->select({queue_->runAt(index.row())}); });
  const std::pair<QKeySequence, QToolButton*> keys[] = {{QKeySequence(tr("Alt+Up")), up},
                                                        {QKeySequence(tr("Alt+Down")), down},
                                                        {QKeySequence(Qt::Key_Delete), remove}};
  for (const auto& [key, button] : keys) {
    auto* shortcut = new QShortcut(key, queue_view_, nullptr, nullptr, Qt::WidgetShortcut);
    connect(shortcut, &QShortcut::activated, button, &QToolButton::click);
  }
  for (QToolButton* button : {up, down, remove}) {
    bar->addWidget(button);
  }
  layout->addLayout(bar);
  layout->addWidget(queue_view_, 1);
  start_ = new QPushButton(themedIcon(QStringLiteral("play")), tr("Start the queue"));
  connect(start_, &QPushButton::clicked, control_, &RunControl::startQueue);
  layout->addWidget(start_, 0, Qt::AlignLeft);
  return page;
}

void LogPanel::copyLog() const {
  if (pages_->currentWidget() == output_) {
    QGuiApplication::clipboard()->setText(output_->toPlainText());
    return;
  }
  QStringList lines;
  for (int row = 0; row < events_->rowCount(); ++row) {
    lines.append(events_->index(row, EventModel::Time).data().toString() + '\t' +
                 events_->index(row, EventModel::Text).data().toString());
  }
  QGuiApplication::clipboard()->setText(lines.join('\n'));
}

}  // namespace lorascope::ui
