#include "ui/plots/table_data_model.h"

#include <QFont>

#include "ui/plots/plot_colours.h"
#include "ui/widgets/chip.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kSwatchSide = 10;

QVariant alignment(figures::Align align) {
  return QVariant((align == figures::Align::Right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

}  // namespace

void TableDataModel::setTable(figures::TableData table) {
  beginResetModel();
  table_ = std::move(table);
  endResetModel();
}

std::int64_t TableDataModel::runOf(int row) const {
  return row >= 0 && row < rowCount() ? table_.rows[static_cast<std::size_t>(row)].run_id : 0;
}

int TableDataModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(table_.rows.size());
}

int TableDataModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(table_.columns.size());
}

QVariant TableDataModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto& row = table_.rows[static_cast<std::size_t>(index.row())];
  const auto& column = table_.columns[static_cast<std::size_t>(index.column())];
  const auto& cell = row.cells[static_cast<std::size_t>(index.column())];
  const bool is_name = index.column() == 0;
  switch (role) {
    case Qt::DisplayRole: {
      const QString text = QString::fromStdString(figures::cell_text(cell, column));
      return is_name && row.level > 0 ? QStringLiteral("    ") + text : text;
    }
    case Qt::TextAlignmentRole:
      return alignment(column.align);
    case Qt::FontRole: {
      QFont font = bodyFont();
      if (cell.best) font.setWeight(QFont::DemiBold);
      return font;
    }
    case Qt::ForegroundRole:
      return row.level > 0 ? QVariant(coloursOf(nullptr).secondary) : QVariant();
    case Qt::DecorationRole: {
      if (!is_name || row.level > 0 || row.method.empty()) return {};
      const auto theme = appearanceOf(nullptr) == Appearance::Dark ? figures::Theme::Dark : figures::Theme::Light;
      return swatchPixmap(toColour(figures::method_colour(row.method, theme)), kSwatchSide, 1);
    }
    case Qt::ToolTipRole:
      return QString::fromStdString(figures::cell_text(cell, column));
    default:
      return {};
  }
}

QVariant TableDataModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  const auto& column = table_.columns[static_cast<std::size_t>(section)];
  if (role == Qt::TextAlignmentRole) return alignment(column.align);
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
  QString text = QString::fromStdString(column.name);
  if (!column.unit.empty()) text += QStringLiteral(" (%1)").arg(QString::fromStdString(column.unit));
  return text;
}

}  // namespace lorascope::ui
