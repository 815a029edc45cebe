#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/figures/number_text.h"
#include "core/figures/page_layout.h"

namespace lorascope::figures {
namespace {

constexpr double kPointsPerCm = 72 / 2.54;
constexpr double kAxisWidth = 0.6, kGridWidth = 0.5;

void check(double value, double low, double high, const std::string& what) {
  if (value >= low && value <= high) return;
  throw UsageError("cannot export a figure with " + what + " " + short_number(value),
                   "choose from " + short_number(low) + " to " + short_number(high));
}

void check(const RenderOptions& options) {
  check(options.width_cm, 3, 100, "width in cm");
  if (options.height_cm != 0) check(options.height_cm, 2.5, 100, "height in cm");
  check(options.dpi, 36, 1200, "resolution in dpi");
  check(options.font_size_pt, 4, 24, "font size in pt");
}

double chosen_height_cm(const RenderOptions& options) {
  if (options.height_cm > 0) return options.height_cm;
  return std::clamp(options.width_cm * 0.62, 5.0, 9.5);
}

// Title and note; returns where the next thing may start.
double draw_header(Page& page) {
  double y = page.pad;
  const FigureData& figure = page.figure;
  if (!page.options.title || (figure.title.empty() && figure.note.empty())) return y;
  const double title_size = page.em * 1.2, gap = page.em * 1.5;
  const double title_width = page.measure.width(figure.title, title_size, true);
  const bool same_line = title_width + gap + page.measure.width(figure.note, page.em) <= page.inner_width();
  if (!figure.title.empty()) {
    const std::string title = page.measure.shortened(figure.title, title_size, page.inner_width(), true);
    page.add(page.measure.place(Part::Title, title, {page.pad, y + title_size * kAscent}, title_size, page.ink.text,
                                Anchor::Start, true));
    if (!same_line) y += title_size * 1.35;
  }
  if (!figure.note.empty()) {
    const std::string note = page.measure.shortened(figure.note, page.em, page.inner_width());
    const Point at = same_line ? Point{page.drawing.width - page.pad, y + title_size * kAscent}
                               : Point{page.pad, y + page.em * kAscent};
    page.add(page.measure.place(Part::Note, note, at, page.em, page.ink.secondary,
                                same_line ? Anchor::End : Anchor::Start));
  }
  return y + (same_line ? title_size * 1.3 : figure.note.empty() ? 0 : page.em * 1.3) + page.em * 0.5;
}

// Labels of vertical reference lines stand in rows above the plot, where no data are.
double reference_rows(const Page& page) {
  const auto& references = page.figure.references;
  return static_cast<double>(std::count_if(references.begin(), references.end(), [](const ReferenceLine& reference) {
    return reference.vertical && !reference.label.empty();
  })) * page.em * 1.25;
}

AxisTexts category_texts(const Page& page, double width) {
  const std::vector<std::string>& names = page.figure.x.categories;
  const double slot = width / static_cast<double>(names.size());
  double widest = 0;
  for (const std::string& name : names) widest = std::max(widest, page.measure.width(name, page.em));
  AxisTexts texts;
  texts.upwards = widest + page.em * 0.6 > slot && widest > page.em * 2;
  const double needed = texts.upwards ? page.em * 1.15 : widest + page.em * 0.6;
  const auto stride = static_cast<std::size_t>(std::max(1.0, std::ceil(needed / slot)));
  const double longest = page.drawing.height * 0.3;
  for (std::size_t i = 0; i < names.size(); i += stride) {
    texts.ticks.push_back({static_cast<double>(i),
                           texts.upwards ? page.measure.shortened(names[i], page.em, longest) : names[i]});
  }
  texts.extent = texts.upwards ? std::min(widest, longest) + page.em * 0.3 : page.em * (kAscent + kDescent);
  return texts;
}

AxisTexts x_texts(const Page& page, Range range, double width) {
  if (!page.figure.x.categories.empty()) return category_texts(page, width);
  const AxisMap map(range, page.figure.x.log);
  AxisTexts texts;
  for (int num_ticks = std::max(2, static_cast<int>(width / (page.em * 5))); num_ticks >= 2; --num_ticks) {
    texts.ticks = axis_ticks(range, page.figure.x, num_ticks);
    double last_end = -INFINITY;
    bool fits = true;
    for (const Tick& tick : texts.ticks) {
      const double centre = map.position(tick.value) * width, half = page.measure.width(tick.text, page.em) / 2;
      fits = fits && centre - half >= last_end + page.em * 0.8;
      last_end = centre + half;
    }
    if (fits) break;
  }
  texts.extent = page.em * (kAscent + kDescent);
  return texts;
}

AxisTexts y_texts(const Page& page, Range range, double height) {
  AxisTexts texts;
  const int num_ticks = std::clamp(static_cast<int>(height / (page.em * 2.6)), 2, 8);
  texts.ticks = axis_ticks(range, page.figure.y, num_ticks);
  for (const Tick& tick : texts.ticks) texts.extent = std::max(texts.extent, page.measure.width(tick.text, page.em));
  return texts;
}

void draw_y_axis(Page& page, const AxisTexts& texts, const PlotArea& area) {
  const Axis& axis = page.figure.y;
  for (const Tick& tick : texts.ticks) {
    const double y = area.place(1, tick.value).y;
    // Zero is a line of its own where values lie on both sides of it.
    const bool zero = tick.value == 0 && std::abs(y - area.bottom) > 1;
    page.add(DrawnPath{Part::Grid, {{area.left, y}, {area.right, y}}, zero ? page.ink.secondary : page.ink.grid, 1,
                       kGridWidth, {}, false, false});
    page.add(page.measure.place(Part::Tick, tick.text, {area.left - page.em * 0.6, y + page.em * kMiddle}, page.em,
                                page.ink.secondary, Anchor::End));
  }
  if (axis.full_label().empty()) return;
  const double room = page.drawing.height - 2 * page.pad;
  const std::string label = page.measure.shortened(axis.full_label(), page.em, room);
  const double half = page.measure.width(label, page.em) / 2;
  const double centre = std::clamp((area.top + area.bottom) / 2, page.pad + half, page.pad + room - half);
  page.add(page.measure.place(Part::AxisLabel, label, {page.pad + page.em * kAscent, centre}, page.em,
                              page.ink.secondary, Anchor::Middle, false, true));
}

void draw_x_axis(Page& page, const AxisTexts& texts, const PlotArea& area) {
  const Axis& axis = page.figure.x;
  page.add(DrawnPath{Part::Axis, {{area.left, area.bottom}, {area.right, area.bottom}}, page.ink.secondary, 1,
                     kAxisWidth, {}, false, false});
  const double mark = axis.categories.empty() ? page.em * 0.35 : 0;
  const double top = area.bottom + page.em * 0.35 + page.em * 0.2;
  for (const Tick& tick : texts.ticks) {
    const double x = area.left + area.x_map.position(tick.value) * (area.right - area.left);
    if (mark > 0) {
      page.add(DrawnPath{Part::Axis, {{x, area.bottom}, {x, area.bottom + mark}}, page.ink.secondary, 1, kAxisWidth,
                         {}, false, false});
    }
    if (texts.upwards) {
      page.add(page.measure.place(Part::Tick, tick.text, {x + page.em * kMiddle, top}, page.em, page.ink.secondary,
                                  Anchor::End, false, true));
    } else {
      page.add(page.measure.place(Part::Tick, tick.text, {x, top + page.em * kAscent}, page.em, page.ink.secondary,
                                  Anchor::Middle));
    }
  }
  if (axis.full_label().empty()) return;
  const std::string label = page.measure.shortened(axis.full_label(), page.em, page.inner_width());
  const double half = page.measure.width(label, page.em) / 2;
  const double centre = std::clamp((area.left + area.right) / 2, page.pad + half, page.drawing.width - page.pad - half);
  page.add(page.measure.place(Part::AxisLabel, label, {centre, top + texts.extent + page.em * (0.25 + kAscent)}, page.em,
                              page.ink.secondary, Anchor::Middle));
}

void draw_empty_reason(Page& page) {
  const std::string reason = page.figure.empty_reason.empty() ? "nothing to show" : page.figure.empty_reason;
  const Box& plot = page.drawing.plot;
  page.add(page.measure.place(Part::Note, page.measure.shortened(reason, page.em, plot.width() - page.em),
                              {(plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2}, page.em, page.ink.secondary,
                              Anchor::Middle));
}

}  // namespace

Page::Page(const FigureData& data, const RenderOptions& chosen)
    : figure(data),
      options(chosen),
      measure(chosen.font_family),
      ink(plot_ink(Theme::Light)),
      em(chosen.font_size_pt),
      pad(chosen.font_size_pt * 0.6) {
  drawing.width = chosen.width_cm * kPointsPerCm;
  drawing.height = chosen_height_cm(chosen) * kPointsPerCm;
  drawing.ground = ink.ground;
  drawing.title = data.title;
  drawing.description = describe(data);
  drawing.font_family = chosen.font_family;
}

Drawing layout_figure(const FigureData& figure, const RenderOptions& options) {
  check(options);
  Page page(figure, options);
  const double em = page.em;
  const Range x_ends = x_range(figure), y_ends = y_range(figure);
  const double top = draw_header(page) + em * 0.4 + reference_rows(page);

  const double x_label_height = figure.x.full_label().empty() ? 0 : em * 1.4;
  const double y_label_width = figure.y.full_label().empty() ? 0 : em * 1.7;
  const double least_height = em * 3;
  const double axis_height = em * 1.7 + x_label_height;
  const NamePlan names = plan_names(page, page.drawing.height - page.pad - top - axis_height);
  const double legend_height = names.place == NamePlan::Place::Below ? names.height() : 0;
  const double legend_top = page.drawing.height - page.pad - legend_height;

  const double names_width = names.place == NamePlan::Place::Ends ? names.column_width : 0;
  const double right = page.drawing.width - page.pad - std::max(names_width, em * 1.2);
  AxisTexts y_axis = y_texts(page, y_ends, std::max(least_height, legend_top - axis_height - top));
  const double left = std::max(page.pad + y_label_width + y_axis.extent + em * 0.6, page.pad + em * 1.5);
  const AxisTexts x_axis = x_texts(page, x_ends, std::max(em, right - left));
  const double bottom = std::max(top + least_height, legend_top - x_label_height - x_axis.extent - em * 0.7);
  y_axis = y_texts(page, y_ends, bottom - top);

  page.drawing.plot = {left, top, std::max(right, left + em), bottom};
  const PlotArea area{AxisMap(x_ends, figure.x.log), AxisMap(y_ends, figure.y.log), left, page.drawing.plot.right,
                      bottom,                        top,                           figure.x.log, figure.y.log};
  draw_y_axis(page, y_axis, area);
  if (figure.empty()) {
    draw_empty_reason(page);
  } else {
    draw_marks(page, area);
  }
  draw_x_axis(page, x_axis, area);
  draw_names(page, names, area, legend_top);
  return std::move(page.drawing);
}

}  // namespace lorascope::figures
