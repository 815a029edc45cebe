#include <algorithm>
#include <cmath>
#include <optional>

#include "core/figures/label_layout.h"
#include "core/figures/page_layout.h"

namespace lorascope::figures {
namespace {

constexpr double kRowHeight = 1.3;    // of a legend, in em
constexpr double kEndHeight = 1.18;   // of names at line ends, in em
constexpr double kSampleWidth = 2.4;  // of the piece of line before a legend's name
constexpr double kBoxWidth = 0.72;    // of the box before the name of a row of bars
constexpr double kSampleGap = 0.5;
constexpr double kColumnGap = 1.6;
constexpr double kEndGap = 0.9;          // between the plot and the names beside it
constexpr double kWidestEnd = 0.34;      // share of the page that names beside the plot may take
constexpr double kTallestLegend = 0.42;  // share of the page that a legend may take

double sample_width(const Line& line) {
  return line.shape == Shape::Bars ? kBoxWidth : kSampleWidth;
}

bool has_points(const Line& line) {
  return std::any_of(line.y.begin(), line.y.end(), [](double value) { return std::isfinite(value); });
}

double widest_name(const Page& page, const std::vector<NamePlan::Name>& names, double size) {
  double widest = 0;
  for (const NamePlan::Name& name : names) widest = std::max(widest, page.measure.width(name.text, size));
  return widest;
}

std::vector<NamePlan::Name> named_lines(const FigureData& figure) {
  std::vector<NamePlan::Name> names;
  for (const Line& line : figure.lines) {
    if (line.style.role == Role::Main && !line.name.empty() && has_points(line))
      names.push_back({line.name, &line, nullptr});
  }
  return names;
}

// The last point of the line that has a place in the plot.
std::optional<Point> end_of(const Line& line, const PlotArea& area) {
  for (std::size_t i = std::min(line.x.size(), line.y.size()); i-- > 0;) {
    if (!is_drawable(line.x[i], area.log_x) || !is_drawable(line.y[i], area.log_y)) continue;
    const Point end = area.place(line.x[i], line.y[i]);
    if (end.x <= area.right + 0.5) return Point{end.x, std::clamp(end.y, area.top, area.bottom)};
  }
  return std::nullopt;
}

// Rows and columns of a legend with this text size; names too wide for the page are cut when they are drawn.
void fit_legend(const Page& page, NamePlan& plan, double size) {
  const double entry =
      (sample_width(*plan.names.front().line) + kSampleGap) * size + widest_name(page, plan.names, size);
  plan.size = size;
  plan.column_width = std::min(entry, page.inner_width());
  const double with_gap = plan.column_width + kColumnGap * size;
  plan.num_columns = std::max(1, static_cast<int>((page.inner_width() + kColumnGap * size) / with_gap));
  const int num_names = static_cast<int>(plan.names.size());
  plan.num_rows = (num_names + plan.num_columns - 1) / plan.num_columns;
  plan.num_columns = (num_names + plan.num_rows - 1) / plan.num_rows;
}

struct End {
  const NamePlan::Name* name;
  Point at;
};

Rgb colour_of(const Page& page, const NamePlan::Name& name) {
  return name.line ? line_colour(name.line->style, Theme::Light) : page.ink.secondary;
}

void draw_end(Page& page, const End& end, double y, const PlotArea& area) {
  const double em = page.em;
  const Rgb colour = colour_of(page, *end.name);
  const bool far = end.at.x < area.right - em || std::abs(end.at.y - y) > em * 0.25;
  if (far) {
    const double turn = std::max(end.at.x + 2, area.right + em * 0.1);
    page.add(DrawnPath{Part::Name,
                       {{end.at.x + 2, end.at.y}, {turn, end.at.y}, {area.right + em * (kEndGap - 0.25), y}},
                       colour,
                       0.45,
                       0.45,
                       {},
                       false,
                       false});
  }
  const double room = page.drawing.width - page.pad - area.right - em * kEndGap;
  page.add(page.measure.place(Part::Name, page.measure.shortened(end.name->text, em, room + 0.01),
                              {area.right + em * kEndGap, y + em * kMiddle}, em, readable(colour, page.ink.ground)));
}

// Whether the segment from a to b touches the box (Liang and Barsky).
bool touches(Point a, Point b, const Box& box) {
  double from = 0, to = 1;
  const double dx = b.x - a.x, dy = b.y - a.y;
  const auto cut = [&from, &to](double delta, double distance) {
    if (delta == 0) return distance >= 0;
    const double at = distance / delta;
    (delta < 0 ? from : to) = delta < 0 ? std::max(from, at) : std::min(to, at);
    return from <= to;
  };
  return cut(-dx, a.x - box.left) && cut(dx, box.right - a.x) && cut(-dy, a.y - box.top) && cut(dy, box.bottom - a.y);
}

bool is_free(const Page& page, const Box& box) {
  for (const DrawnShape& shape : page.drawing.shapes) {
    if (const auto* text = std::get_if<DrawnText>(&shape)) {
      if (text->box.overlaps(box)) return false;
    } else if (const auto* path = std::get_if<DrawnPath>(&shape)) {
      if (path->part != Part::Data && path->part != Part::Reference) continue;
      for (std::size_t i = 1; i < path->points.size(); ++i) {
        if (touches(path->points[i - 1], path->points[i], box)) return false;
      }
    }
  }
  return true;
}

// A line that ends early is named right there, where nothing else lies beside its end.
bool draw_inside(Page& page, const End& end, const PlotArea& area) {
  const double em = page.em;
  for (const double shift : {0.0, -0.9, 0.9}) {
    DrawnText text =
        page.measure.place(Part::Name, end.name->text, {end.at.x + em * 0.6, end.at.y + em * (kMiddle + shift)}, em,
                           readable(colour_of(page, *end.name), page.ink.ground));
    const Box air{text.box.left - em * 0.1, text.box.top, text.box.right + em * 0.3, text.box.bottom};
    if (!Box{area.left, area.top, area.right, area.bottom}.contains(air) || !is_free(page, air)) continue;
    page.add(std::move(text));
    return true;
  }
  return false;
}

std::optional<Point> end_of(const NamePlan::Name& name, const PlotArea& area) {
  if (name.line) return end_of(*name.line, area);
  if (!is_drawable(name.reference->value, area.log_y)) return std::nullopt;
  const double y = area.place(1, name.reference->value).y;
  if (y < area.top - 0.5 || y > area.bottom + 0.5) return std::nullopt;
  return Point{area.right, y};
}

void draw_ends(Page& page, const NamePlan& plan, const PlotArea& area) {
  constexpr double kEarly = 0.12;  // share of the plot that is left beside the line's end
  std::vector<End> ends;
  std::vector<double> wished;
  for (const NamePlan::Name& name : plan.names) {
    const std::optional<Point> at = end_of(name, area);
    if (!at) continue;
    const bool early = at->x < area.right - kEarly * (area.right - area.left);
    if (early && draw_inside(page, {&name, *at}, area)) continue;
    ends.push_back({&name, *at});
    wished.push_back(at->y);
  }
  const double height = page.em * kEndHeight;
  const std::vector<double> places = spread_labels(wished, height, area.top - height / 2, area.bottom + height / 2);
  for (std::size_t i = 0; i < ends.size(); ++i) draw_end(page, ends[i], places[i], area);
}

void draw_sample(Page& page, const Line& line, Point at, double size) {
  const Rgb colour = line_colour(line.style, Theme::Light);
  const double right = at.x + sample_width(line) * size;
  if (line.shape == Shape::Bars) {
    const double half = size * 0.36, centre = at.x + half;
    page.add(DrawnPath{Part::Legend,
                       {{centre - half, at.y - half},
                        {centre + half, at.y - half},
                        {centre + half, at.y + half},
                        {centre - half, at.y + half}},
                       colour,
                       1,
                       0,
                       {},
                       true,
                       false});
    return;
  }
  const double width = drawn_width(line.style);
  std::vector<double> dashes = dash_pattern(line.style);
  for (double& dash : dashes) dash *= width;
  page.add(DrawnPath{Part::Legend, {{at.x, at.y}, {right, at.y}}, colour, 1, width, dashes, false, false});
  if (line.style.markers) {
    page.add(DrawnDots{Part::Legend, {{(at.x + right) / 2, at.y}}, colour, 1, kMarkerSize * 0.6, false});
  }
}

// One column on the free spot of the plot: a corner or the middle of an edge, the first that no line crosses; over the
// lines in the upper right corner where there is none.
void draw_inside_legend(Page& page, const NamePlan& plan, const PlotArea& area) {
  const double size = page.em, row = kRowHeight * size, air = size * 0.5;
  const double before = (sample_width(*plan.names.front().line) + kSampleGap) * size;
  const double room = (area.right - area.left) * 0.6;
  const double width = before + std::min(widest_name(page, plan.names, size), room);
  const double height = row * static_cast<double>(plan.names.size());
  std::optional<Point> spot;
  for (const double down : {0.0, 1.0, 0.5}) {
    for (const double along : {1.0, 0.0, 0.5}) {
      const Point corner{area.left + air + along * (area.right - area.left - width - 2 * air),
                         area.top + air + down * (area.bottom - area.top - height - 2 * air)};
      const Box box{corner.x - air / 2, corner.y - air / 2, corner.x + width + air / 2, corner.y + height + air / 2};
      if (!spot && is_free(page, box)) spot = corner;
    }
  }
  const Point corner = spot.value_or(Point{area.right - width - air, area.top + air});
  for (std::size_t i = 0; i < plan.names.size(); ++i) {
    const double y = corner.y + (static_cast<double>(i) + 0.5) * row;
    draw_sample(page, *plan.names[i].line, {corner.x, y}, size);
    page.add(page.measure.place(Part::Legend, page.measure.shortened(plan.names[i].text, size, room + 0.01),
                                {corner.x + before, y + size * kMiddle}, size, page.ink.text));
  }
}

void draw_legend(Page& page, const NamePlan& plan, double top) {
  const double size = plan.size;
  const double width = plan.num_columns * (plan.column_width + kColumnGap * size) - kColumnGap * size;
  // Under the plot where that leaves room for all columns.
  const double start =
      page.pad + std::clamp(page.drawing.plot.left - page.pad, 0.0, std::max(0.0, page.inner_width() - width));
  const std::size_t num_shown = plan.names.size() - plan.num_left_out;
  for (std::size_t i = 0; i < num_shown; ++i) {
    const std::size_t row = i / static_cast<std::size_t>(plan.num_columns);
    const std::size_t column = i % static_cast<std::size_t>(plan.num_columns);
    const double x = start + static_cast<double>(column) * (plan.column_width + kColumnGap * size);
    const double y = top + page.em * 0.5 + (static_cast<double>(row) + 0.5) * kRowHeight * size;
    draw_sample(page, *plan.names[i].line, {x, y}, size);
    const double text_x = x + (sample_width(*plan.names.front().line) + kSampleGap) * size;
    const double room = std::min(x + plan.column_width, page.drawing.width - page.pad) - text_x;
    page.add(page.measure.place(Part::Legend, page.measure.shortened(plan.names[i].text, size, room + 0.01),
                                {text_x, y + size * kMiddle}, size, page.ink.text));
  }
  if (plan.num_left_out == 0) return;
  const double y = top + page.em * 0.5 + (plan.num_rows - 0.5) * kRowHeight * size;
  page.add(page.measure.place(Part::Legend, "and " + std::to_string(plan.num_left_out) + " more",
                              {start, y + size * kMiddle}, size, page.ink.secondary));
}

}  // namespace

double NamePlan::height() const {
  return num_rows * kRowHeight * size + size * 0.5;
}

NamePlan plan_names(const Page& page, double plot_height) {
  NamePlan plan;
  plan.names = named_lines(page.figure);
  plan.size = page.em;
  const bool bars = std::any_of(plan.names.begin(), plan.names.end(),
                                [](const NamePlan::Name& name) { return name.line->shape == Shape::Bars; });
  std::vector<NamePlan::Name> ends = plan.names;
  for (const ReferenceLine& reference : page.figure.references) {
    if (!reference.vertical && !reference.label.empty()) ends.push_back({reference.label, nullptr, &reference});
  }
  if (plan.names.empty()) return plan;
  const double widest = widest_name(page, ends, page.em);
  const bool tall_enough = static_cast<double>(ends.size()) * kEndHeight * page.em <= plot_height;
  const LegendPlace wished = page.options.legend;
  if (wished == LegendPlace::None) {
    plan.names.clear();
    return plan;
  }
  if (wished == LegendPlace::Inside && static_cast<double>(plan.names.size()) * kRowHeight * page.em < plot_height / 2) {
    plan.place = NamePlan::Place::Inside;
    return plan;
  }
  const bool roomy = widest <= page.drawing.width * (wished == LegendPlace::Ends ? 0.5 : kWidestEnd);
  if (!bars && tall_enough && roomy && (wished == LegendPlace::Auto || wished == LegendPlace::Ends)) {
    plan.place = NamePlan::Place::Ends;
    plan.names = std::move(ends);
    plan.column_width = widest + page.em * kEndGap;
    return plan;
  }
  plan.place = NamePlan::Place::Below;
  const double tallest = page.drawing.height * kTallestLegend;
  fit_legend(page, plan, page.em);
  if (plan.height() > tallest) fit_legend(page, plan, page.em * 0.8);
  if (plan.height() > tallest) {
    // The last row says how many names are missing.
    plan.num_rows = std::max(1, static_cast<int>((tallest - plan.size * 0.5) / (kRowHeight * plan.size)));
    const auto room = static_cast<std::size_t>((plan.num_rows - 1) * plan.num_columns);
    plan.num_left_out = plan.names.size() - std::min(plan.names.size(), room);
  }
  return plan;
}

void draw_names(Page& page, const NamePlan& plan, const PlotArea& area, double legend_top) {
  if (plan.place == NamePlan::Place::Ends) draw_ends(page, plan, area);
  if (plan.place == NamePlan::Place::Inside) draw_inside_legend(page, plan, area);
  if (plan.place == NamePlan::Place::Below) draw_legend(page, plan, legend_top);
}

}  // namespace lorascope::figures
