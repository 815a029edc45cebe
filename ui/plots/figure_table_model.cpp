#include "ui/plots/figure_table_model.h"

#include <algorithm>
#include <climits>

#include "ui/plots/number_text.h"

namespace lorascope::ui {

void FigureTableModel::setFigure(const figures::FigureData& figure) {
  beginResetModel();
  table_ = std::make_shared<FigureTable>(figure);
  endResetModel();
}

int FigureTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : table_->numRows();
}

int FigureTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : table_->numColumns();
}

QVariant FigureTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if ((role != Qt::DisplayRole && role != Qt::UserRole) || !table_->has(index.row(), index.column())) return {};
  const double number = table_->value(index.row(), index.column());
  if (role == Qt::UserRole) return number;
  if (index.column() == 0 && table_->hasCategories()) return table_->exactText(index.row(), 0);
  return valueText(number, 8);
}

QVariant FigureTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
    return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole)) return {};
  return table_->columnName(section);
}

FigureTable::Part FigureTableModel::partAround(const QModelIndexList& indexes) const {
  if (indexes.isEmpty()) return table_->all();
  FigureTable::Part part{INT_MAX, INT_MAX, 0, 0};
  for (const QModelIndex& index : indexes) {
    part.top = std::min(part.top, index.row());
    part.bottom = std::max(part.bottom, index.row());
    part.left = std::min(part.left, index.column());
    part.right = std::max(part.right, index.column());
  }
  return part;
}

}  // namespace lorascope::ui
