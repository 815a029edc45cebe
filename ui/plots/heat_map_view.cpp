#include "ui/plots/heat_map_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "core/figures/colour_scale.h"
#include "ui/plots/plot_colours.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr double kBarWidth = 10;
constexpr double kBarSpace = 64;  ///< colour bar with its numbers
constexpr double kCellGap = 1;

QColor readableOn(const QColor& ground, const Colours& colours) {
  const double light = figures::lightness(fromColour(ground));
  const double text = figures::lightness(fromColour(colours.text));
  const double surface = figures::lightness(fromColour(colours.surface));
  return std::abs(text - light) > std::abs(surface - light) ? colours.text : colours.surface;
}

}  // namespace

figures::HeatMapData figureOf(const HeatMap& map) {
  figures::HeatMapData data;
  data.title = map.title.toStdString();
  data.column_label = map.column_label.toStdString();
  data.row_label = map.row_label.toStdString();
  if (map.per_cent) data.unit = "%";
  data.diverging = map.diverging;
  data.values = map.values;
  for (const QString& row : map.rows) data.rows.push_back(row.toStdString());
  for (const QString& column : map.columns) data.columns.push_back(column.toStdString());
  return data;
}

HeatMapView::HeatMapView(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(QStringLiteral("Heat map"));
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void HeatMapView::setMap(HeatMap map) {
  map_ = std::move(map);
  least_ = INFINITY;
  greatest_ = -INFINITY;
  for (const double value : map_.values) {
    if (!std::isfinite(value)) continue;
    least_ = std::min(least_, value);
    greatest_ = std::max(greatest_, value);
  }
  if (least_ > greatest_) least_ = 0, greatest_ = 1;
  if (map_.diverging) {
    greatest_ = std::max(std::abs(least_), std::abs(greatest_));
    least_ = -greatest_;
  }
  hovered_.reset();
  hovered_column_ = -1;
  setAccessibleName(map_.title);
  const QString range =
      map_.text ? QStringLiteral("from %1 to %2").arg(map_.text(least_), map_.text(greatest_)) : QString();
  setAccessibleDescription(
      QStringLiteral("%1 rows, %2 columns, %3").arg(map_.rows.size()).arg(map_.columns.size()).arg(range));
  chosen_row_ = std::clamp(chosen_row_, 0, std::max(0, static_cast<int>(map_.rows.size()) - 1));
  chosen_column_ = std::clamp(chosen_column_, 0, std::max(0, static_cast<int>(map_.columns.size()) - 1));
  updateGeometry();
  update();
}

void HeatMapView::setChosen(int row, int column) {
  chosen_row_ = row;
  chosen_column_ = column;
  update();
}

void HeatMapView::setHoveredColumn(int column) {
  if (column == hovered_column_) return;
  hovered_column_ = column < static_cast<int>(map_.columns.size()) ? column : -1;
  update();
}

double HeatMapView::share(double value) const {
  return greatest_ > least_ ? std::clamp((value - least_) / (greatest_ - least_), 0.0, 1.0) : 0.5;
}

QColor HeatMapView::colourOf(double value) const {
  const auto theme = appearanceOf(this) == Appearance::Dark ? figures::Theme::Dark : figures::Theme::Light;
  return toColour(figures::cell_colour(std::isfinite(value) ? share(value) : NAN, map_.diverging, theme));
}

QRectF HeatMapView::mapArea() const {
  const QFontMetricsF metrics(captionFont());
  double left = 0;
  for (const QString& row : map_.rows) left = std::max(left, metrics.horizontalAdvance(row));
  return QRectF(left + 8, 2, std::max(1.0, width() - left - 8 - kBarSpace),
                std::max(1.0, height() - metrics.height() - 8));
}

QRectF HeatMapView::cellRect(int row, int column) const {
  const QRectF area = mapArea();
  const double width = area.width() / std::max<double>(1, static_cast<double>(map_.columns.size()));
  const double height = area.height() / std::max<double>(1, static_cast<double>(map_.rows.size()));
  const double left = std::round(area.left() + column * width), right = std::round(area.left() + (column + 1) * width);
  const double top = std::round(area.top() + row * height), bottom = std::round(area.top() + (row + 1) * height);
  return QRectF(left, top, right - left - kCellGap, bottom - top - kCellGap);
}

std::optional<HeatMapView::Cell> HeatMapView::cellAt(const QPointF& position) const {
  const QRectF area = mapArea();
  if (!area.contains(position) || map_.values.empty()) return std::nullopt;
  const auto index = [](double share, std::size_t count) {
    return std::clamp(static_cast<int>(share * static_cast<double>(count)), 0, static_cast<int>(count) - 1);
  };
  return Cell{index((position.y() - area.top()) / area.height(), map_.rows.size()),
              index((position.x() - area.left()) / area.width(), map_.columns.size())};
}

void HeatMapView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(captionFont());
  if (map_.values.empty()) return;
  paintCells(painter);
  paintLabels(painter);
  paintColourBar(painter);
}

void HeatMapView::paintCells(QPainter& painter) const {
  const Colours& colours = coloursOf(this);
  const QFontMetricsF metrics(painter.font());
  for (int row = 0; row < static_cast<int>(map_.rows.size()); ++row) {
    for (int column = 0; column < static_cast<int>(map_.columns.size()); ++column) {
      const double value = map_.at(static_cast<std::size_t>(row), static_cast<std::size_t>(column));
      const QRectF cell = cellRect(row, column);
      const QColor ground = colourOf(value);
      painter.fillRect(cell, ground);
      const QString text = std::isfinite(value) && map_.text ? map_.text(value) : QStringLiteral("–");
      if (cell.height() < metrics.height() || cell.width() < metrics.horizontalAdvance(text) + 4) continue;
      painter.setPen(std::isfinite(value) ? readableOn(ground, colours) : colours.secondary);
      painter.drawText(cell, Qt::AlignCenter, text);
    }
  }
  painter.setBrush(Qt::NoBrush);
  if (hovered_) {
    painter.setPen(QPen(colours.text, 1));
    painter.drawRect(cellRect(hovered_->row, hovered_->column).adjusted(0.5, 0.5, -0.5, -0.5));
  }
  if (hovered_column_ >= 0 && !map_.rows.empty()) {
    painter.setPen(QPen(colours.accent, 1));
    const QRectF last = cellRect(static_cast<int>(map_.rows.size()) - 1, hovered_column_);
    painter.drawRect(cellRect(0, hovered_column_).united(last).adjusted(-0.5, -0.5, 0.5, 0.5));
  }
  painter.setPen(QPen(hasFocus() ? colours.accent : colours.text, 2));
  painter.drawRect(cellRect(chosen_row_, chosen_column_).adjusted(1, 1, -1, -1));
}

void HeatMapView::paintLabels(QPainter& painter) const {
  const Colours& colours = coloursOf(this);
  const QFontMetricsF metrics(painter.font());
  painter.setPen(colours.secondary);
  for (int row = 0; row < static_cast<int>(map_.rows.size()); ++row) {
    const QRectF cell = cellRect(row, 0);
    if (cell.height() + 1 < metrics.height() && row % 2 == 1) continue;
    painter.drawText(QRectF(0, cell.center().y() - metrics.height() / 2, cell.left() - 8, metrics.height()),
                     Qt::AlignRight | Qt::AlignVCenter, map_.rows[static_cast<std::size_t>(row)]);
  }
  for (int column = 0; column < static_cast<int>(map_.columns.size()); ++column) {
    const QRectF cell = cellRect(static_cast<int>(map_.rows.size()) - 1, column);
    const QString text =
        metrics.elidedText(map_.columns[static_cast<std::size_t>(column)], Qt::ElideRight, cell.width());
    painter.drawText(QRectF(cell.left(), cell.bottom() + 4, cell.width(), metrics.height()), Qt::AlignCenter, text);
  }
}

void HeatMapView::paintColourBar(QPainter& painter) const {
  if (!(greatest_ > least_) || !map_.text) return;
  const Colours& colours = coloursOf(this);
  const QRectF area = mapArea();
  const QFontMetricsF metrics(painter.font());
  const QRectF bar(area.right() + 12, area.top(), kBarWidth, area.height() - kCellGap);
  const int num_pieces = static_cast<int>(bar.height());
  for (int i = 0; i < num_pieces; ++i) {
    const double value = greatest_ - (greatest_ - least_) * (i + 0.5) / num_pieces;
    painter.fillRect(QRectF(bar.left(), bar.top() + i, bar.width(), 1), colourOf(value));
  }
  painter.setPen(colours.secondary);
  const double left = bar.right() + 4, width = this->width() - left;
  painter.drawText(QRectF(left, bar.top(), width, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                   map_.text(greatest_));
  painter.drawText(QRectF(left, bar.bottom() - metrics.height(), width, metrics.height()),
                   Qt::AlignLeft | Qt::AlignVCenter, map_.text(least_));
  if (!hovered_) return;
  const double value = map_.at(static_cast<std::size_t>(hovered_->row), static_cast<std::size_t>(hovered_->column));
  if (!std::isfinite(value)) return;
  const double y = bar.bottom() - share(value) * bar.height();
  painter.setPen(QPen(colours.text, 2));
  painter.drawLine(QLineF(bar.left() - 3, y, bar.right() + 3, y));
}

void HeatMapView::choose(int row, int column) {
  row = std::clamp(row, 0, static_cast<int>(map_.rows.size()) - 1);
  column = std::clamp(column, 0, static_cast<int>(map_.columns.size()) - 1);
  if (row == chosen_row_ && column == chosen_column_) return;
  setChosen(row, column);
  Q_EMIT cellChosen(row, column);
}

void HeatMapView::mousePressEvent(QMouseEvent* event) {
  if (const auto cell = cellAt(event->position())) choose(cell->row, cell->column);
}

void HeatMapView::mouseMoveEvent(QMouseEvent* event) {
  const auto cell = cellAt(event->position());
  if (cell == hovered_) return;
  const int column = cell ? cell->column : -1;
  if (column != (hovered_ ? hovered_->column : -1)) Q_EMIT columnHovered(column);
  hovered_ = cell;
  if (cell) {
    const double value = map_.at(static_cast<std::size_t>(cell->row), static_cast<std::size_t>(cell->column));
    setToolTip(QStringLiteral("%1, %2: %3")
                   .arg(map_.rows[static_cast<std::size_t>(cell->row)],
                        map_.columns[static_cast<std::size_t>(cell->column)],
                        std::isfinite(value) && map_.text ? map_.text(value) : QStringLiteral("no spectrum")));
  }
  update();
}

void HeatMapView::leaveEvent(QEvent*) {
  if (hovered_) Q_EMIT columnHovered(-1);
  hovered_.reset();
  update();
}

void HeatMapView::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
      return choose(chosen_row_, chosen_column_ - 1);
    case Qt::Key_Right:
      return choose(chosen_row_, chosen_column_ + 1);
    case Qt::Key_Up:
      return choose(chosen_row_ - 1, chosen_column_);
    case Qt::Key_Down:
      return choose(chosen_row_ + 1, chosen_column_);
    default:
      QWidget::keyPressEvent(event);
  }
}

void HeatMapView::focusInEvent(QFocusEvent* event) {
  QWidget::focusInEvent(event);
  update();
}

void HeatMapView::focusOutEvent(QFocusEvent* event) {
  QWidget::focusOutEvent(event);
  update();
}

QSize HeatMapView::sizeHint() const {
  const int rows = std::max(1, static_cast<int>(map_.rows.size()));
  return {480, rows * (rows > 8 ? 20 : 24) + QFontMetrics(captionFont()).height() + 10};
}

QSize HeatMapView::minimumSizeHint() const {
  const int rows = std::max(1, static_cast<int>(map_.rows.size()));
  return {200, std::min(rows, 14) * 18 + QFontMetrics(captionFont()).height() + 10};
}

}  // namespace lorascope::ui
