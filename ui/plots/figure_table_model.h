#pragma once

#include <QAbstractTableModel>
#include <cstdint>
#include <vector>

#include "core/figures/figure_data.h"

namespace lorascope::ui {

/// A figure as a table: the first column is x, then one column a line and two a band; all points, none thinned out.
/// A row has the cells of all columns at this x; where a line has several points at one x they follow one another.
class FigureTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;

  void setFigure(const figures::FigureData& figure);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  /// DisplayRole: for reading. UserRole: the exact number, invalid where there is no point.
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  /// Tab-separated values with a header line, every number so that it reads back exactly. All rows and columns where no
  /// index is given, otherwise the smallest rectangle around the indexes.
  QString tabSeparated(const QModelIndexList& indexes = {}) const;

 private:
  struct Column {
    QString name;
    std::vector<double> values;        ///< of the points, by x
    std::vector<std::int32_t> of_row;  ///< index into values for each row; -1: no point
  };

  void addColumn(const QString& name, std::vector<double> values);
  bool has(int row, int column) const;
  double value(int row, int column) const;
  QString exactText(int row, int column) const;

  QString x_name_;
  std::vector<QString> categories_;
  std::vector<double> x_;  ///< of the rows, ascending
  std::vector<Column> columns_;
};

}  // namespace lorascope::ui
