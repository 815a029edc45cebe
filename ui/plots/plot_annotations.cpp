#include "ui/plots/plot_annotations.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/figures/axis_range.h"
#include "core/figures/label_layout.h"
#include "ui/plots/figure_range.h"
#include "ui/plots/legend_spot.h"
#include "ui/plots/number_text.h"
#include "ui/plots/plot_colours.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr double kLabelGap = 8;      ///< between a line's end and its name
constexpr double kSwatchWidth = 22;  ///< the piece of line before a name in the legend
constexpr std::size_t kMaxLegend = 12;

}  // namespace

PlotAnnotations::PlotAnnotations(QCustomPlot* plot, const PlotState& state)
    : QCPLayerable(plot, QStringLiteral("annotations")), state_(&state) {}

QString PlotAnnotations::nameOf(std::size_t index) const {
  const figures::Line& line = state_->figure.lines[index];
  QString text = QString::fromStdString(line.name);
  if (state_->values_at_ends && line.shape == figures::Shape::Line) {
    const auto last = std::find_if(line.y.rbegin(), line.y.rend(), [](double y) { return std::isfinite(y); });
    if (last != line.y.rend()) text += QStringLiteral("  ") + valueText(*last, 3);
  }
  return text;
}

int PlotAnnotations::prepare(const QSize& size) {
  named_.clear();
  early_.clear();
  bars_ = false;
  for (std::size_t i = 0; i < state_->figure.lines.size(); ++i) {
    const figures::Line& line = state_->figure.lines[i];
    if (line.style.role != figures::Role::Main || line.name.empty()) continue;
    if (std::none_of(line.y.begin(), line.y.end(), [](double y) { return std::isfinite(y); })) continue;
    named_.push_back(i);
    bars_ = bars_ || line.shape == figures::Shape::Bars;
  }
  const QFontMetricsF metrics(captionFont());
  double widest = 0;
  double widest_beside = 0;
  for (const std::size_t line : named_) {
    const double width = metrics.horizontalAdvance(nameOf(line));
    early_.push_back(endsEarly(line, width, size.width()));
    widest = std::max(widest, width);
    if (!early_.back()) widest_beside = std::max(widest_beside, width);
  }
  const double rows = static_cast<double>(named_.size()) * metrics.height();
  legend_ = bars_ || rows > size.height() * 0.75 || widest_beside > size.width() * 0.3;
  if (legend_ || widest_beside == 0) return 16;
  return static_cast<int>(std::ceil(widest_beside + kLabelGap)) + 8;
}

bool PlotAnnotations::endsEarly(std::size_t index, double label_width, double plot_width) const {
  const figures::Line& line = state_->figure.lines[index];
  const QCPRange visible = parentPlot()->xAxis->range();
  const figures::AxisMap map({visible.lower, visible.upper}, state_->figure.x.log);
  const double free_share = 1 - map.position(line.x.back());
  return line.x.back() > visible.lower && free_share > 0.15 &&
         free_share * plot_width * 0.8 > label_width + 2 * kLabelGap;
}

std::optional<QPointF> PlotAnnotations::endOf(std::size_t index) const {
  const figures::Line& line = state_->figure.lines[index];
  const QCPRange visible = parentPlot()->xAxis->range();
  std::optional<std::size_t> at = nearestPoint(line, std::min(line.x.back(), visible.upper));
  if (!at) return std::nullopt;
  double y = line.y[*at];
  if (state_->figure.y.log && y <= 0) return std::nullopt;
  return QPointF(parentPlot()->xAxis->coordToPixel(line.x[*at]), parentPlot()->yAxis->coordToPixel(y));
}

bool PlotAnnotations::placeInside(std::size_t line, const QPointF& end, const std::vector<QPointF>& points) {
  const QFontMetricsF metrics(captionFont());
  const QRectF area(parentPlot()->axisRect()->rect());
  const QString text = nameOf(line);
  QRectF box(end.x() + kLabelGap + 2, end.y() - metrics.height() / 2, metrics.horizontalAdvance(text) + 1,
             metrics.height());
  for (const double shift : {0.0, -1.0, 1.0, -2.0, 2.0}) {
    const QRectF spot = box.translated(0, shift * metrics.height());
    const bool crosses_line =
        std::any_of(points.begin(), points.end(), [&](const QPointF& p) { return spot.contains(p); });
    const bool crosses_label =
        std::any_of(labels_.begin(), labels_.end(), [&](const Label& l) { return spot.intersects(l.box); });
    if (!area.contains(spot) || crosses_line || crosses_label) continue;
    labels_.push_back({text, spot, line});
    return true;
  }
  return false;
}

void PlotAnnotations::placeAtEnds() {
  const QFontMetricsF metrics(captionFont());
  const QRectF area(parentPlot()->axisRect()->rect());
  const std::vector<QPointF> points = sampledPoints();
  std::vector<double> wanted;
  std::vector<std::size_t> lines;
  for (std::size_t i = 0; i < named_.size(); ++i) {
    const auto end = endOf(named_[i]);
    if (!end || (early_[i] && placeInside(named_[i], *end, points))) continue;
    lines.push_back(named_[i]);
    wanted.push_back(std::clamp(end->y(), area.top(), area.bottom()));
  }
  const double half = metrics.height() / 2;
  const auto centres = figures::spread_labels(wanted, metrics.height(), area.top() - half, area.bottom() + half);
  const double room = parentPlot()->width() - area.right() - kLabelGap - 2;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    const QString text = metrics.elidedText(nameOf(lines[i]), Qt::ElideMiddle, room);
    labels_.push_back(
        {text,
         QRectF(area.right() + kLabelGap, centres[i] - half, metrics.horizontalAdvance(text) + 1, metrics.height()),
         lines[i]});
  }
}

void PlotAnnotations::placeBarLegend(const QRectF& area) {
  const QFontMetricsF metrics(captionFont());
  const double room = area.width() / static_cast<double>(named_.size()) - 24;
  double right = area.right();
  for (auto line = named_.rbegin(); line != named_.rend(); ++line) {
    const QString text = metrics.elidedText(nameOf(*line), Qt::ElideMiddle, room);
    const double width = metrics.horizontalAdvance(text) + 1;
    labels_.push_back({text, QRectF(right - width, area.top() - metrics.height() - 5, width, metrics.height()), *line});
    right -= width + 30;
  }
}

std::vector<QPointF> PlotAnnotations::sampledPoints() const {
  std::vector<QPointF> points;
  for (const auto& line : state_->figure.lines) {
    const std::size_t stride = std::max<std::size_t>(1, line.x.size() / 500);
    for (std::size_t i = 0; i < line.x.size(); i += stride) {
      if (!std::isfinite(line.y[i]) || (state_->figure.y.log && line.y[i] <= 0)) continue;
      const double y = parentPlot()->yAxis->coordToPixel(line.y[i]);
      const double x = parentPlot()->xAxis->coordToPixel(line.x[i]);
      points.emplace_back(x, y);
      // A bar hides all that lies below its top.
      for (double below = y; line.shape == figures::Shape::Bars && below < parentPlot()->axisRect()->bottom();
           below += 8) {
        points.emplace_back(x, below);
      }
    }
  }
  return points;
}

void PlotAnnotations::placeLegend(const QRectF& area) {
  const QFontMetricsF metrics(captionFont());
  std::vector<std::pair<QString, std::size_t>> entries;
  for (const std::size_t line : named_) entries.emplace_back(nameOf(line), line);
  if (entries.size() > kMaxLegend || static_cast<double>(entries.size()) * metrics.height() > area.height()) {
    // Too many to name: one entry a method, with the number of its lines.
    std::map<std::string, std::vector<std::size_t>> by_method;
    for (const std::size_t line : named_) by_method[state_->figure.lines[line].style.method].push_back(line);
    entries.clear();
    for (const auto& [method, lines] : by_method) {
      entries.emplace_back(QStringLiteral("%1 lines like %2").arg(lines.size()).arg(nameOf(lines.front())),
                           lines.front());
    }
  }
  double widest = 0;
  for (const auto& entry : entries) widest = std::max(widest, metrics.horizontalAdvance(entry.first));
  const QSizeF size(widest + kSwatchWidth + 14, static_cast<double>(entries.size()) * metrics.height() + 8);
  const QRectF spot = legendSpot(area.adjusted(6, 0, -2, -6), size, sampledPoints());
  double top = spot.top() + 4;
  for (const auto& [text, line] : entries) {
    labels_.push_back({text, QRectF(spot.left() + kSwatchWidth + 8, top, widest + 1, metrics.height()), line});
    top += metrics.height();
  }
}

void PlotAnnotations::drawLegendSwatch(QCPPainter* painter, const Label& label, const QColor& colour) const {
  const figures::Line& line = state_->figure.lines[label.line];
  const double y = label.box.center().y();
  if (line.shape == figures::Shape::Bars) {
    painter->fillRect(QRectF(label.box.left() - 15, y - 5, 10, 10), colour);
  } else {
    painter->setPen(linePen(line.style, colour));
    painter->drawLine(QLineF(label.box.left() - kSwatchWidth, y, label.box.left() - 5, y));
  }
}

void PlotAnnotations::draw(QCPPainter* painter) {
  const QRectF area(parentPlot()->axisRect()->rect());
  for (const auto& reference : state_->figure.references) drawReference(painter, reference, area);
  labels_.clear();
  if (named_.empty()) return;
  const figures::PlotInk ink = figures::plot_ink(state_->theme);
  painter->setFont(captionFont());
  if (bars_) {
    placeBarLegend(area);
  } else if (legend_) {
    placeLegend(area);
    const QRectF ground = labels_.front().box.united(labels_.back().box).adjusted(-kSwatchWidth - 8, -4, 6, 4);
    painter->setPen(Qt::NoPen);
    painter->setBrush(faded(toColour(ink.ground), 0.85));
    painter->drawRoundedRect(ground, 3, 3);
  } else {
    placeAtEnds();
  }
  for (const Label& label : labels_) {
    const double presence = std::max(0.35, state_->presence(label.line));
    const QColor colour = faded(lineColour(state_->figure.lines[label.line].style, state_->theme), presence);
    if (legend_) drawLegendSwatch(painter, label, colour);
    painter->setPen(legend_ ? faded(toColour(ink.text), presence) : colour);
    painter->drawText(label.box, Qt::AlignVCenter | Qt::AlignLeft, label.text);
  }
}

void PlotAnnotations::drawReference(QCPPainter* painter, const figures::ReferenceLine& reference,
                                    const QRectF& area) const {
  QCPAxis* axis = reference.vertical ? parentPlot()->xAxis : parentPlot()->yAxis;
  if (!axis->range().contains(reference.value)) return;
  const double at = std::round(axis->coordToPixel(reference.value)) + 0.5;
  const figures::PlotInk ink = figures::plot_ink(state_->theme);
  const QColor colour = reference.style ? lineColour(*reference.style, state_->theme) : toColour(ink.secondary);
  QPen pen(colour, 1);
  pen.setDashPattern({1, 3});
  painter->setPen(pen);
  painter->drawLine(reference.vertical ? QLineF(at, area.top(), at, area.bottom())
                                       : QLineF(area.left(), at, area.right(), at));
  if (reference.label.empty()) return;
  const QFontMetricsF metrics(captionFont());
  const QString text = QString::fromStdString(reference.label);
  const double width = metrics.horizontalAdvance(text) + 1;
  QRectF box(area.left() + 8, at - metrics.height() - 1, width, metrics.height());
  if (reference.vertical) {
    box.moveTopLeft(QPointF(at + 5, area.top()));
    if (box.right() > area.right()) box.moveRight(at - 5);
  } else if (box.top() < area.top()) {
    box.moveTop(at + 1);
  }
  painter->setFont(captionFont());
  painter->setPen(colour);
  painter->drawText(box, Qt::AlignVCenter | Qt::AlignLeft, text);
}

}  // namespace lorascope::ui
