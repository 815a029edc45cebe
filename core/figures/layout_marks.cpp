#include <algorithm>
#include <cmath>

#include "core/figures/page_layout.h"

namespace lorascope::figures {
namespace {

constexpr double kPointsPerPixel = 0.6;
// Three columns a screen pixel of the printed size: zooming in a viewer shows no steps.
constexpr double kColumnsPerPoint = 3 / 0.75;
constexpr double kNoiseWidth = 0.3;
constexpr double kBarsShare = 0.8;  // of a category's room

std::size_t num_columns(const Page& page, std::size_t num_lines) {
  // Many lines hide each other's details; a file of 40 of them should still be small.
  const double density = num_lines > 12 ? kColumnsPerPoint / 2 : kColumnsPerPoint;
  return static_cast<std::size_t>(std::max(16.0, page.drawing.plot.width() * density));
}

// Of what lies between the ends of the x axis.
double path_length(const std::vector<Point>& points, const Box& plot) {
  double length = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i].x < plot.left || points[i - 1].x > plot.right) continue;
    length += std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
  }
  return length;
}

void draw_line(Page& page, const Line& line, const PlotArea& area, std::size_t columns) {
  const Rgb colour = line_colour(line.style, Theme::Light);
  const double opacity = line_opacity(line.style.role);
  double width = drawn_width(line.style);
  std::vector<double> dashes = dash_pattern(line.style);
  std::vector<std::vector<Point>> pieces = thin_for_drawing(line.x, line.y, area, columns);
  double length = 0;
  for (const std::vector<Point>& piece : pieces) length += path_length(piece, page.drawing.plot);
  if (length > 8 * page.drawing.plot.width()) {
    // Noise that fills an area: dashes would only be more noise, and a wide pen a solid block.
    dashes.clear();
    width = line.style.role == Role::Main ? line_width(Role::Raw) * kPointsPerPixel : kNoiseWidth;
  }
  for (double& dash : dashes) dash *= width;
  DrawnDots dots{Part::Data, {}, colour, opacity, kMarkerSize * kPointsPerPixel, true};
  if (!line.style.markers) dots.diameter = width * 1.8;
  for (std::vector<Point>& piece : pieces) {
    if (line.style.markers || piece.size() == 1) dots.points.insert(dots.points.end(), piece.begin(), piece.end());
    if (piece.size() == 1) continue;
    page.add(DrawnPath{Part::Data, std::move(piece), colour, opacity, width, dashes, false, true});
  }
  if (!dots.points.empty()) page.add(std::move(dots));
}

void draw_bars(Page& page, const Line& line, const PlotArea& area, std::size_t index, std::size_t num_bars) {
  const double slot = kBarsShare / static_cast<double>(num_bars);
  const double offset = (static_cast<double>(index) - static_cast<double>(num_bars) / 2) * slot;
  const double inset = num_bars > 1 ? slot * 0.06 : 0;
  const double base = std::clamp(area.place(0, area.log_y ? 1 : 0).y, area.top, area.bottom);
  for (std::size_t i = 0; i < std::min(line.x.size(), line.y.size()); ++i) {
    if (!is_drawable(line.x[i], area.log_x) || !is_drawable(line.y[i], area.log_y)) continue;
    const double y = area.place(line.x[i], line.y[i]).y;
    const double from = area.log_y ? area.bottom : base;
    const double left = area.place(line.x[i] + offset + inset, 1).x;
    const double right = area.place(line.x[i] + offset + slot - inset, 1).x;
    page.add(DrawnPath{Part::Data,
                       {{left, from}, {left, y}, {right, y}, {right, from}},
                       line_colour(line.style, Theme::Light),
                       1,
                       0,
                       {},
                       true,
                       true});
  }
}

// A band is one filled shape for every stretch without a gap.
void draw_band(Page& page, const Band& band, const PlotArea& area, std::size_t columns) {
  const std::size_t num_points = std::min({band.x.size(), band.low.size(), band.high.size()});
  std::vector<double> low(band.low.begin(), band.low.begin() + static_cast<std::ptrdiff_t>(num_points));
  std::vector<double> high(band.high.begin(), band.high.begin() + static_cast<std::ptrdiff_t>(num_points));
  // Both edges have the same gaps, so that their pieces belong together.
  for (std::size_t i = 0; i < num_points; ++i) {
    if (!is_drawable(low[i], area.log_y) || !is_drawable(high[i], area.log_y)) low[i] = high[i] = NAN;
  }
  const auto lower = thin_for_drawing(band.x, low, area, columns);
  const auto upper = thin_for_drawing(band.x, high, area, columns);
  for (std::size_t i = 0; i < std::min(lower.size(), upper.size()); ++i) {
    std::vector<Point> outline = upper[i];
    outline.insert(outline.end(), lower[i].rbegin(), lower[i].rend());
    page.add(DrawnPath{
        Part::Band, std::move(outline), line_colour(band.style, Theme::Light), kBandOpacity, 0, {}, true, true});
  }
}

void draw_references(Page& page, const PlotArea& area) {
  double label_y = area.top - page.em * 0.45;
  for (const ReferenceLine& reference : page.figure.references) {
    const bool log = reference.vertical ? area.log_x : area.log_y;
    if (!is_drawable(reference.value, log)) continue;
    const double at = reference.vertical ? area.place(reference.value, 1).x : area.place(1, reference.value).y;
    const bool inside = reference.vertical ? at >= area.left - 0.5 && at <= area.right + 0.5
                                           : at >= area.top - 0.5 && at <= area.bottom + 0.5;
    if (!inside) continue;
    const Rgb colour = reference.style ? line_colour(*reference.style, Theme::Light) : page.ink.secondary;
    const bool labelled = reference.vertical && !reference.label.empty() && page.reference_labels;
    const double end = labelled ? label_y + page.em * 0.1 : area.top;
    const std::vector<Point> points = reference.vertical ? std::vector<Point>{{at, area.bottom}, {at, end}}
                                                         : std::vector<Point>{{area.left, at}, {area.right, at}};
    page.add(DrawnPath{Part::Reference, points, colour, 0.9, 0.6, {0.8, 1.6}, false, false});
    if (!labelled) continue;
    const double half = page.measure.width(reference.label, page.em) / 2;
    const double x = std::clamp(at, page.pad + half, std::max(page.pad + half, page.drawing.width - page.pad - half));
    page.add(page.measure.place(Part::Reference, page.measure.shortened(reference.label, page.em, page.inner_width()),
                                {x, label_y}, page.em, readable(colour, page.ink.ground), Anchor::Middle));
    label_y -= page.em * 1.25;
  }
}

}  // namespace

double drawn_width(const LineStyle& style) {
  return line_width(style.role) * kPointsPerPixel;
}

void draw_marks(Page& page, const PlotArea& area) {
  const FigureData& figure = page.figure;
  const std::size_t columns = num_columns(page, figure.lines.size());
  for (const Band& band : figure.bands) draw_band(page, band, area, columns);
  draw_references(page, area);
  const auto num_bars = static_cast<std::size_t>(std::count_if(
      figure.lines.begin(), figure.lines.end(), [](const Line& line) { return line.shape == Shape::Bars; }));
  std::size_t bar = 0;
  for (const Line& line : figure.lines) {
    if (line.shape == Shape::Bars) {
      draw_bars(page, line, area, bar++, num_bars);
    } else {
      draw_line(page, line, area, columns);
    }
  }
}

}  // namespace lorascope::figures
