#include "ui/plots/table_twin.h"

#include <QHeaderView>
#include <QShortcut>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/plots/copy_later.h"
#include "ui/plots/figure_table_model.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

TableTwin::TableTwin(QWidget* parent)
    : QWidget(parent), model_(new FigureTableModel(this)), table_(new QTableView(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  table_->setModel(model_);
  table_->setProperty("role", "surface");
  table_->setAccessibleName(QStringLiteral("Numbers of the plot"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->horizontalHeader()->setDefaultSectionSize(130);
  table_->horizontalHeader()->setHighlightSections(false);
  table_->setShowGrid(false);
  table_->setTabKeyNavigation(false);
  layout->addWidget(table_);
  auto* shortcut = new QShortcut(QKeySequence::Copy, table_, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
  connect(shortcut, &QShortcut::activated, this, &TableTwin::copy);
}

void TableTwin::setFigure(const figures::FigureData& figure) {
  model_->setFigure(figure);
}

void TableTwin::copy() const {
  const QModelIndexList selected = table_->selectionModel()->selectedIndexes();
  const FigureTable::Part part = model_->partAround(selected.size() > 1 ? selected : QModelIndexList{});
  copyLater([table = model_->table(), part] { return table->tabSeparated(part); });
}

}  // namespace lorascope::ui
