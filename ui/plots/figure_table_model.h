#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "ui/plots/figure_table.h"

namespace lorascope::ui {

/// A FigureTable for a view.
class FigureTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;

  void setFigure(const figures::FigureData& figure);
  /// What is shown now; stays as it is when another figure comes.
  std::shared_ptr<const FigureTable> table() const { return table_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  /// DisplayRole: for reading. UserRole: the exact number, invalid where there is no point.
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  /// The smallest rectangle around the indexes; all rows and columns where none is given.
  FigureTable::Part partAround(const QModelIndexList& indexes) const;

 private:
  std::shared_ptr<const FigureTable> table_ = std::make_shared<FigureTable>();
};

}  // namespace lorascope::ui
