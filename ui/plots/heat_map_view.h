#pragma once

#include <QWidget>
#include <functional>
#include <optional>
#include <vector>

#include "core/figures/heat_map.h"

namespace lorascope::ui {

/// What a heat map shows. values [rows x columns], row by row; NaN = no value.
struct HeatMap {
  QString title;
  std::vector<QString> rows;  ///< from top to bottom
  std::vector<QString> columns;
  std::vector<double> values;
  bool diverging = false;           ///< centred on 0: differences
  bool per_cent = false;            ///< values are shares
  QString row_label, column_label;  ///< of the axes in exports
  std::function<QString(double)> text;

  double at(std::size_t row, std::size_t column) const { return values[row * columns.size() + column]; }
};

/// The same map for exports.
figures::HeatMapData figureOf(const HeatMap& map);

/// Cells as plain rectangles with their values, never interpolated: on light ground dark = much. The colour bar marks
/// the value under the pointer. A click or the arrow keys choose a cell.
class HeatMapView : public QWidget {
  Q_OBJECT

 public:
  explicit HeatMapView(QWidget* parent = nullptr);

  void setMap(HeatMap map);
  const HeatMap& map() const { return map_; }
  void setChosen(int row, int column);
  /// Marks a column from outside, as the pointer does; -1: none.
  void setHoveredColumn(int column);
  int hoveredColumn() const { return hovered_column_; }
  int chosenRow() const { return chosen_row_; }
  int chosenColumn() const { return chosen_column_; }
  /// The colour of a value in this map.
  QColor colourOf(double value) const;
  QRectF cellRect(int row, int column) const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void cellChosen(int row, int column);
  /// The pointer went to another column; -1: it left.
  void columnHovered(int column);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  struct Cell {
    int row, column;
    bool operator==(const Cell&) const = default;
  };

  QRectF mapArea() const;
  std::optional<Cell> cellAt(const QPointF& position) const;
  double share(double value) const;
  void paintCells(QPainter& painter) const;
  void paintLabels(QPainter& painter) const;
  void paintColourBar(QPainter& painter) const;
  void choose(int row, int column);

  HeatMap map_;
  double least_ = 0, greatest_ = 1;
  int chosen_row_ = 0, chosen_column_ = 0;
  std::optional<Cell> hovered_;
  int hovered_column_ = -1;
};

}  // namespace lorascope::ui
