#pragma once

#include <QString>
#include <cstdint>
#include <vector>

#include "core/figures/figure_data.h"

namespace lorascope::ui {

/// A figure as a table: the first column is x, then one column a line and two a band; all points, none thinned out.
/// A row has the cells of all columns at this x; where a line has several points at one x they follow one another.
class FigureTable {
 public:
  FigureTable() = default;
  explicit FigureTable(const figures::FigureData& figure);

  int numRows() const { return static_cast<int>(x_.size()); }
  int numColumns() const { return static_cast<int>(columns_.size()) + 1; }
  bool hasCategories() const { return !categories_.empty(); }
  QString columnName(int column) const;
  bool has(int row, int column) const;
  /// Of a cell that the table has.
  double value(int row, int column) const;
  /// A number that reads back exactly, a category's name, or nothing.
  QString exactText(int row, int column) const;

  struct Part {
    int top = 0, left = 0, bottom = 0, right = 0;  ///< all inclusive
  };
  Part all() const { return {0, 0, numRows() - 1, numColumns() - 1}; }
  /// With a header line.
  QString tabSeparated(const Part& part) const;

 private:
  struct Column {
    QString name;
    std::vector<double> values;        ///< of the points, by x
    std::vector<std::int32_t> of_row;  ///< index into values for each row; -1: no point
  };

  void addColumn(const QString& name, std::vector<double> values);

  QString x_name_;
  std::vector<QString> categories_;
  std::vector<double> x_;  ///< of the rows, ascending
  std::vector<Column> columns_;
};

}  // namespace lorascope::ui
