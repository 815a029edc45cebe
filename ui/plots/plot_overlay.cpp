#include "ui/plots/plot_overlay.h"

#include <algorithm>
#include <cmath>

#include "ui/plots/figure_range.h"
#include "ui/plots/number_text.h"
#include "ui/plots/plot_colours.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr std::size_t kMaxRows = 14;

}  // namespace

QString axisValueText(const figures::Axis& axis, double value) {
  if (!axis.categories.empty()) {
    const auto index = static_cast<std::ptrdiff_t>(std::lround(value));
    if (index >= 0 && index < static_cast<std::ptrdiff_t>(axis.categories.size())) {
      return QString::fromStdString(axis.categories[static_cast<std::size_t>(index)]);
    }
  }
  const QString number = valueText(value, axis.whole_numbers ? 12 : 5);
  if (!axis.unit.empty()) return number + ' ' + QString::fromStdString(axis.unit);
  return QString::fromStdString(axis.label) + ' ' + number;
}

std::vector<ReadOut> readOuts(const figures::FigureData& figure, double x, double tolerance, double focus_y,
                              std::size_t max_rows, std::size_t& num_left_out) {
  std::vector<ReadOut> rows;
  for (std::size_t i = 0; i < figure.lines.size(); ++i) {
    const figures::Line& line = figure.lines[i];
    const auto at = nearestPoint(line, x);
    if (!at || std::abs(line.x[*at] - x) > tolerance) continue;
    ReadOut row{i, QString::fromStdString(line.name), valueText(line.y[*at], 6), {}, line.y[*at]};
    if (line.x[*at] != x) row.value += QStringLiteral(" at ") + valueText(line.x[*at], 6);
    if (line.style.role == figures::Role::Raw) {
      // Raw points stand beside the average of the same run, which follows them in the figure.
      const auto average = std::find_if(figure.lines.begin(), figure.lines.end(), [&](const figures::Line& other) {
        return other.style.role == figures::Role::Main && other.run_id == line.run_id && other.name == line.name;
      });
      if (average != figure.lines.end()) continue;
    } else {
      for (const figures::Line& other : figure.lines) {
        const bool twin =
            other.style.role == figures::Role::Raw && other.run_id == line.run_id && other.name == line.name;
        if (!twin) continue;
        if (const auto raw_at = nearestPoint(other, line.x[*at]))
          row.raw = QStringLiteral("raw ") + valueText(other.y[*raw_at], 6);
      }
    }
    rows.push_back(std::move(row));
  }
  num_left_out = 0;
  if (rows.size() > max_rows) {
    std::stable_sort(rows.begin(), rows.end(), [&](const ReadOut& a, const ReadOut& b) {
      return std::abs(a.y - focus_y) < std::abs(b.y - focus_y);
    });
    num_left_out = rows.size() - max_rows;
    rows.resize(max_rows);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const ReadOut& a, const ReadOut& b) { return a.y > b.y; });
  return rows;
}

PlotOverlay::PlotOverlay(QCustomPlot* plot, const PlotState& state)
    : QCPLayerable(plot, QStringLiteral("overlay")), state_(&state) {}

void PlotOverlay::draw(QCPPainter* painter) {
  const QRectF area(parentPlot()->axisRect()->rect());
  if (state_->cursor && parentPlot()->xAxis->range().contains(*state_->cursor)) drawCursor(painter, area);
  if (state_->zoom_rectangle) {
    const QColor accent = toColour(figures::plot_ink(state_->theme).accent);
    painter->setPen(QPen(accent, 1));
    painter->setBrush(faded(accent, 0.12));
    painter->drawRect(*state_->zoom_rectangle);
  } else if (state_->crosshair) {
    drawCrosshair(painter, area);
  }
}

void PlotOverlay::drawCursor(QCPPainter* painter, const QRectF& area) const {
  const QColor accent = toColour(figures::plot_ink(state_->theme).accent);
  const QFontMetricsF metrics(captionFont());
  const double x = std::round(parentPlot()->xAxis->coordToPixel(*state_->cursor)) + 0.5;
  painter->setPen(QPen(accent, 1));
  painter->drawLine(QLineF(x, area.top() - 2, x, area.bottom()));
  if (state_->cursor_label.isEmpty()) return;
  QRectF box(0, 0, metrics.horizontalAdvance(state_->cursor_label) + 10, metrics.height() + 2);
  box.moveCenter(QPointF(x, area.top() - 3 - box.height() / 2));
  if (box.right() > parentPlot()->width() - 2) box.moveRight(parentPlot()->width() - 2);
  if (box.left() < 2) box.moveLeft(2);
  painter->setPen(Qt::NoPen);
  painter->setBrush(accent);
  painter->drawRoundedRect(box, 3, 3);
  painter->setFont(captionFont());
  painter->setPen(toColour(figures::plot_ink(state_->theme).ground));
  painter->drawText(box, Qt::AlignCenter, state_->cursor_label);
}

void PlotOverlay::drawCrosshair(QCPPainter* painter, const QRectF& area) const {
  const figures::PlotInk ink = figures::plot_ink(state_->theme);
  QCPAxis* x_axis = parentPlot()->xAxis;
  QCPAxis* y_axis = parentPlot()->yAxis;
  const double x = std::round(x_axis->coordToPixel(*state_->crosshair)) + 0.5;
  if (x < area.left() || x > area.right() + 1) return;
  // A line counts as having a value here if it has a point within 5 % of the plot's width.
  const double reach = area.width() * 0.05;
  const double tolerance = std::max(std::abs(x_axis->pixelToCoord(x + reach) - *state_->crosshair),
                                    std::abs(x_axis->pixelToCoord(x - reach) - *state_->crosshair));
  std::size_t left_out = 0;
  const auto rows = readOuts(state_->figure, *state_->crosshair, tolerance, y_axis->pixelToCoord(state_->pointer.y()),
                             kMaxRows, left_out);
  QPen pen(faded(toColour(ink.secondary), 0.8), 1);
  pen.setDashPattern({3, 3});
  painter->setPen(pen);
  painter->drawLine(QLineF(x, area.top(), x, area.bottom()));
  painter->setPen(Qt::NoPen);
  for (const ReadOut& row : rows) {
    const double y = y_axis->coordToPixel(row.y);
    if (y < area.top() - 1 || y > area.bottom() + 1) continue;
    painter->setBrush(lineColour(state_->figure.lines[row.line].style, state_->theme));
    painter->drawEllipse(QPointF(x, y), 3, 3);
  }
  if (!rows.empty()) drawReadOut(painter, rows, left_out, x);
}

void PlotOverlay::drawReadOut(QCPPainter* painter, const std::vector<ReadOut>& rows, std::size_t left_out,
                              double x) const {
  const figures::PlotInk ink = figures::plot_ink(state_->theme);
  const QFontMetricsF metrics(captionFont());
  const QString heading = axisValueText(state_->figure.x, *state_->crosshair);
  const QString rest = left_out > 0 ? QStringLiteral("and %1 more").arg(left_out) : QString();
  double name_width = 0, value_width = 0, raw_width = 0;
  for (const ReadOut& row : rows) {
    name_width = std::max(name_width, metrics.horizontalAdvance(row.name));
    value_width = std::max(value_width, metrics.horizontalAdvance(row.value));
    if (!row.raw.isEmpty()) raw_width = std::max(raw_width, metrics.horizontalAdvance(row.raw) + 10);
  }
  name_width = std::min(name_width, parentPlot()->width() * 0.35);
  const double inner = std::max(
      {name_width + value_width + raw_width + 26, metrics.horizontalAdvance(heading), metrics.horizontalAdvance(rest)});
  const double num_rows = static_cast<double>(rows.size()) + (rest.isEmpty() ? 1 : 2);
  QRectF box(0, 0, inner + 16, num_rows * metrics.height() + 10);
  box.moveTopLeft(QPointF(x + 12, state_->pointer.y() - box.height() / 2));
  if (box.right() > parentPlot()->width() - 4) box.moveRight(x - 12);
  if (box.left() < 2) box.moveLeft(2);
  box.moveTop(std::clamp(box.top(), 2.0, std::max(2.0, parentPlot()->height() - box.height() - 2)));
  painter->setPen(QPen(toColour(ink.grid), 1));
  painter->setBrush(faded(toColour(ink.ground), 0.95));
  painter->drawRoundedRect(box, 4, 4);
  painter->setFont(captionFont());
  painter->setPen(toColour(ink.secondary));
  QRectF row_box(box.left() + 8, box.top() + 5, inner, metrics.height());
  painter->drawText(row_box, Qt::AlignVCenter | Qt::AlignLeft, heading);
  for (const ReadOut& row : rows) {
    row_box.translate(0, metrics.height());
    const figures::LineStyle& style = state_->figure.lines[row.line].style;
    painter->fillRect(QRectF(row_box.left(), row_box.center().y() - 4, 8, 8),
                      faded(lineColour(style, state_->theme), std::max(0.5, figures::line_opacity(style.role))));
    painter->setPen(toColour(ink.text));
    painter->drawText(row_box.adjusted(14, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                      metrics.elidedText(row.name, Qt::ElideMiddle, name_width + 1));
    painter->drawText(row_box.adjusted(0, 0, -raw_width, 0), Qt::AlignVCenter | Qt::AlignRight, row.value);
    painter->setPen(toColour(ink.secondary));
    painter->drawText(row_box, Qt::AlignVCenter | Qt::AlignRight, row.raw);
  }
  row_box.translate(0, metrics.height());
  painter->drawText(row_box, Qt::AlignVCenter | Qt::AlignLeft, rest);
}

}  // namespace lorascope::ui
