#include "ui/plots/table_card.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QResizeEvent>
#include <QScrollBar>
#include <QShortcut>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "core/figures/table_text.h"
#include "ui/plots/table_data_model.h"
#include "ui/plots/table_export_panel.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kMaxVisibleRows = 8;
constexpr int kMaxNameWidth = 280;
constexpr int kMaxCellWidth = 220;

QString tabSeparated(const figures::TableData& table) {
  QStringList lines;
  QStringList cells;
  for (const auto& column : table.columns) cells.append(QString::fromStdString(column.name));
  lines.append(cells.join('\t'));
  for (const auto& row : table.rows) {
    cells.clear();
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      cells.append(row.cells[c].empty() ? QString()
                                        : QString::fromStdString(figures::cell_text(row.cells[c], table.columns[c])));
    }
    lines.append(cells.join('\t'));
  }
  return lines.join('\n') + '\n';
}

}  // namespace

TableCard::TableCard(const QString& title, QWidget* parent)
    : Card(title, parent), model_(new TableDataModel(this)), view_(new QTableView) {
  view_->setModel(model_);
  view_->setProperty("role", "surface");
  view_->setAccessibleName(title);
  view_->verticalHeader()->hide();
  view_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  view_->horizontalHeader()->setHighlightSections(false);
  view_->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  view_->setShowGrid(false);
  view_->setSelectionBehavior(QAbstractItemView::SelectRows);
  view_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  view_->setTextElideMode(Qt::ElideMiddle);  // paths differ at their ends
  view_->setWordWrap(false);
  view_->setTabKeyNavigation(false);
  view_->setIconSize(QSize(10, 10));
  view_->viewport()->setMouseTracking(true);
  view_->viewport()->installEventFilter(this);
  body()->addWidget(view_);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  header()->addWidget(makePinButton(
      this, [this] { return pin_query_ ? pin_query_() : fixedQuery(model_->table()); }));
  addCopyMenu();
  addExportButton();
  connect(view_, &QTableView::entered, this,
          [this](const QModelIndex& index) { Q_EMIT runHovered(model_->runOf(index.row())); });
  connect(view_, &QTableView::clicked, this, [this](const QModelIndex& index) {
    if (const auto run = model_->runOf(index.row())) Q_EMIT runActivated(run);
  });
  auto* shortcut = new QShortcut(QKeySequence::Copy, view_, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
  connect(shortcut, &QShortcut::activated, this, [this] { copy(Format::TabSeparated); });
}

void TableCard::addCopyMenu() {
  auto* button = new QToolButton;
  button->setText(QStringLiteral("copy"));
  button->setFont(captionFont());
  button->setAccessibleName(QStringLiteral("Copy the table"));
  button->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(button);
  const std::initializer_list<std::pair<const char*, Format>> formats = {{"Tab-separated", Format::TabSeparated},
                                                                         {"CSV", Format::Csv},
                                                                         {"LaTeX", Format::Latex},
                                                                         {"Markdown", Format::Markdown}};
  for (const auto& [name, format] : formats) {
    connect(menu->addAction(QString::fromUtf8(name)), &QAction::triggered, this,
            [this, format = format] { copy(format); });
  }
  button->setMenu(menu);
  header()->addWidget(button);
}

void TableCard::addExportButton() {
  export_button_ =
      makeIconButton(QStringLiteral("export"), QStringLiteral("Export the table as LaTeX, CSV or Markdown"));
  export_button_->setCheckable(true);
  header()->addWidget(export_button_);
  connect(export_button_, &QToolButton::clicked, this, &TableCard::setExportOpen);
}

TableExportPanel* TableCard::exportPanel() {
  if (export_ == nullptr) {
    export_ = new TableExportPanel;
    export_->hide();
    body()->insertWidget(body()->indexOf(view_) + 1, export_);
    connect(export_, &TableExportPanel::closed, this, [this] { setExportOpen(false); });
  }
  return export_;
}

void TableCard::setExportOpen(bool open) {
  export_button_->setChecked(open);
  if (open) exportPanel()->setTable(model_->table());
  if (export_ != nullptr) export_->setVisible(open);
  view_->setVisible(!open);
}

QString TableCard::text(Format format) const {
  const figures::TableData& table = model_->table();
  switch (format) {
    case Format::Csv:
      return QString::fromStdString(figures::csv_table(table));
    case Format::Latex:
      return QString::fromStdString(figures::latex_table(table));
    case Format::Markdown:
      return QString::fromStdString(figures::markdown_table(table));
    case Format::TabSeparated:
      break;
  }
  return tabSeparated(table);
}

void TableCard::copy(Format format) const {
  QGuiApplication::clipboard()->setText(text(format));
}

void TableCard::setTable(figures::TableData table) {
  if (!table.title.empty()) setTitle(QString::fromStdString(table.title));
  setNote(QString::fromStdString(table.note));
  model_->setTable(std::move(table));
  if (export_ != nullptr && !export_->isHidden()) export_->setTable(model_->table());
  fit();
}

void TableCard::fit() {
  if (model_->columnCount() == 0) return;
  const std::vector<int> widths = columnWidths();
  const int room = view_->viewport()->width();
  int needed = std::accumulate(widths.begin(), widths.end(), 0);
  int num_shown = model_->columnCount();
  for (const std::size_t column : columnsThatMayGo()) {
    if (needed <= room) break;
    view_->setColumnHidden(static_cast<int>(column), true);
    needed -= widths[column];
    --num_shown;
  }
  // What is left over is shared by all: no column runs away to the far side.
  const int share = std::max(0, room - needed) / std::max(1, num_shown);
  for (std::size_t c = 0; c < widths.size(); ++c) view_->setColumnWidth(static_cast<int>(c), widths[c] + share);
  const int rows = std::clamp(model_->rowCount(), 1, kMaxVisibleRows);
  const int bar = needed > room ? view_->horizontalScrollBar()->sizeHint().height() : 0;
  view_->setFixedHeight(view_->horizontalHeader()->sizeHint().height() + rows * kRowHeight + bar + 2);
}

std::vector<int> TableCard::columnWidths() {
  std::vector<int> widths;
  for (int column = 0; column < model_->columnCount(); ++column) {
    view_->setColumnHidden(column, false);
    view_->resizeColumnToContents(column);
    const int width = view_->columnWidth(column);
    widths.push_back(column == 0 ? std::min(width, kMaxNameWidth) : std::min(width + 4, kMaxCellWidth));
  }
  return widths;
}

std::vector<std::size_t> TableCard::columnsThatMayGo() const {
  std::vector<std::size_t> columns;
  for (const std::string& name : first_to_go_) {
    const auto& all = model_->table().columns;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& column) { return column.name == name; });
    if (found != all.end() && found != all.begin()) columns.push_back(static_cast<std::size_t>(found - all.begin()));
  }
  return columns;
}

void TableCard::resizeEvent(QResizeEvent* event) {
  Card::resizeEvent(event);
  if (event->size().width() != event->oldSize().width()) fit();
}

void TableCard::showEvent(QShowEvent* event) {
  Card::showEvent(event);
  fit();
}

bool TableCard::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Leave) Q_EMIT runHovered(0);
  return Card::eventFilter(watched, event);
}

}  // namespace lorascope::ui
