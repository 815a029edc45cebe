#include "ui/curves/score_table_card.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QHoverEvent>
#include <QMenu>
#include <QShortcut>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "core/figures/run_tables.h"
#include "core/figures/table_text.h"
#include "ui/curves/score_table_model.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kSoonMs = 50;
constexpr int kMaxVisibleRows = 8;
constexpr int kMaxNameWidth = 260;

/// Columns that leave first where there is no room; those not named here stay longest.
int importance(const std::string& name) {
  static const std::vector<std::string> kFirstToGo = {"best epoch",          "peak memory",          "speed",
                                                      "validation recall",   "validation precision", "validation accuracy",
                                                      "test accuracy",       "test surface F1",      "test recall",
                                                      "test precision",      "runs",                 "best step",
                                                      "validation F1",       "time"};
  const auto at = std::find(kFirstToGo.begin(), kFirstToGo.end(), name);
  return static_cast<int>(at - kFirstToGo.begin());
}

QString tabSeparated(const figures::TableData& table) {
  QString text;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    text += QString::fromStdString(table.columns[c].name) + (c + 1 < table.columns.size() ? '\t' : '\n');
  }
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      const bool has_value = !row.cells[c].empty();
      text += has_value ? QString::fromStdString(figures::cell_text(row.cells[c], table.columns[c])) : QString();
      text += c + 1 < row.cells.size() ? '\t' : '\n';
    }
  }
  return text;
}

}  // namespace

ScoreTableCard::ScoreTableCard(SessionModel* session, QWidget* parent)
    : Card(QStringLiteral("Scores"), parent),
      session_(session),
      model_(new ScoreTableModel(this)),
      view_(new QTableView),
      soon_(new QTimer(this)) {
  view_->setModel(model_);
  view_->setProperty("role", "surface");
  view_->setAccessibleName(QStringLiteral("Scores of the shown runs"));
  view_->verticalHeader()->hide();
  view_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  view_->horizontalHeader()->setHighlightSections(false);
  view_->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  view_->setShowGrid(false);
  view_->setSelectionBehavior(QAbstractItemView::SelectRows);
  view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  view_->setTabKeyNavigation(false);
  view_->setIconSize(QSize(10, 10));
  view_->viewport()->setMouseTracking(true);
  view_->viewport()->installEventFilter(this);
  body()->addWidget(view_);
  addCopyMenu();
  soon_->setSingleShot(true);
  soon_->setInterval(kSoonMs);
  connect(soon_, &QTimer::timeout, this, &ScoreTableCard::rebuild);
  const auto soon = [this] { soon_->start(); };
  connect(session_, &SessionModel::runsChanged, this, soon);
  connect(session_, &SessionModel::shownRunsChanged, this, soon);
  connect(view_, &QTableView::clicked, this, [this](const QModelIndex& index) {
    if (const auto run = model_->runOf(index.row())) session_->select({run});
  });
  connect(view_, &QTableView::entered, this, [this](const QModelIndex& index) { session_->setHoverRun(model_->runOf(index.row())); });
  auto* shortcut = new QShortcut(QKeySequence::Copy, view_, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
  connect(shortcut, &QShortcut::activated, this, [this] { copy(Format::TabSeparated); });
  rebuild();
}

void ScoreTableCard::addCopyMenu() {
  auto* button = new QToolButton;
  button->setText(QStringLiteral("copy"));
  button->setFont(captionFont());
  button->setAccessibleName(QStringLiteral("Copy the table"));
  button->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(button);
  for (const auto& [name, format] : std::initializer_list<std::pair<const char*, Format>>{
           {"Tab-separated", Format::TabSeparated}, {"CSV", Format::Csv}, {"LaTeX", Format::Latex}, {"Markdown", Format::Markdown}}) {
    connect(menu->addAction(QString::fromUtf8(name)), &QAction::triggered, this, [this, format = format] { copy(format); });
  }
  button->setMenu(menu);
  header()->addWidget(button);
}

void ScoreTableCard::copy(Format format) const {
  const figures::TableData& table = model_->table();
  QString text;
  switch (format) {
    case Format::TabSeparated: text = tabSeparated(table); break;
    case Format::Csv: text = QString::fromStdString(figures::csv_table(table)); break;
    case Format::Latex: text = QString::fromStdString(figures::latex_table(table)); break;
    case Format::Markdown: text = QString::fromStdString(figures::markdown_table(table)); break;
  }
  QGuiApplication::clipboard()->setText(text);
}

void ScoreTableCard::rebuild() {
  std::vector<store::RunRecord> runs;
  for (const RunId id : session_->shownRuns()) {
    if (const auto* record = session_->run(id)) runs.push_back(*record);
  }
  setVisible(!runs.empty());
  figures::TableData table = figures::score_table(runs);
  setNote(QString::fromStdString(table.note));
  model_->setTable(std::move(table));
  fit();
}

void ScoreTableCard::fit() {
  const auto num_columns = static_cast<std::size_t>(model_->columnCount());
  if (num_columns == 0) return;
  std::vector<int> widths;
  for (std::size_t c = 0; c < num_columns; ++c) {
    const int column = static_cast<int>(c);
    view_->setColumnHidden(column, false);
    view_->resizeColumnToContents(column);
    widths.push_back(c == 0 ? std::min(view_->columnWidth(column), kMaxNameWidth) : view_->columnWidth(column) + 4);
  }
  std::vector<std::size_t> order(num_columns - 1);
  std::iota(order.begin(), order.end(), std::size_t{1});
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    return importance(model_->table().columns[a].name) < importance(model_->table().columns[b].name);
  });
  const int room = view_->viewport()->width();
  int needed = std::accumulate(widths.begin(), widths.end(), 0);
  int num_shown = static_cast<int>(num_columns);
  for (const std::size_t column : order) {
    if (needed <= room) break;
    view_->setColumnHidden(static_cast<int>(column), true);
    needed -= widths[column];
    --num_shown;
  }
  // What is left over is shared by all: no column runs away to the far side.
  const int share = num_shown > 0 ? std::max(0, room - needed) / num_shown : 0;
  for (std::size_t c = 0; c < num_columns; ++c) view_->setColumnWidth(static_cast<int>(c), widths[c] + share);
  const int rows = std::clamp(model_->rowCount(), 1, kMaxVisibleRows);
  view_->setFixedHeight(view_->horizontalHeader()->sizeHint().height() + rows * kRowHeight + 2);
}

void ScoreTableCard::resizeEvent(QResizeEvent* event) {
  Card::resizeEvent(event);
  fit();
}

bool ScoreTableCard::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Leave) session_->setHoverRun(0);
  return Card::eventFilter(watched, event);
}

}  // namespace lorascope::ui
