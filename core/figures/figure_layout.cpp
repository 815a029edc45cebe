#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/figures/number_text.h"
#include "core/figures/page_layout.h"

namespace lorascope::figures {
namespace {

constexpr double kPointsPerCm = 72 / 2.54;
constexpr double kTitleSize = 1.2;  // in em
constexpr double kAxisWidth = 0.6, kGridWidth = 0.5;

void check(double value, double low, double high, const std::string& what) {
  if (value >= low && value <= high) return;
  throw UsageError("cannot export a figure with " + what + " " + short_number(value),
                   "choose from " + short_number(low) + " to " + short_number(high));
}

double chosen_height_cm(const RenderOptions& options) {
  if (options.height_cm > 0) return options.height_cm;
  return std::clamp(options.width_cm * 0.62, 5.0, 9.5);
}

// Where title and note go, and how much height they take.
struct Header {
  bool shown = false;
  bool one_line = true;  // the note stands right of the title
  double height = 0;
};

Header plan_header(const Page& page) {
  const FigureData& figure = page.figure;
  Header header;
  if (!page.options.title || (figure.title.empty() && figure.note.empty())) return header;
  const double title_size = page.em * kTitleSize;
  header.shown = true;
  header.one_line = figure.title.empty() || page.measure.width(figure.title, title_size, true) + page.em * 1.5 +
                                                    page.measure.width(figure.note, page.em) <=
                                                page.inner_width();
  header.height = title_size * 1.3 + (header.one_line || figure.note.empty() ? 0 : page.em * 1.4) + page.em * 0.5;
  return header;
}

void draw_header(Page& page, const Header& header) {
  if (!header.shown) return;
  const double title_size = page.em * kTitleSize;
  const double baseline = page.pad + title_size * kAscent;
  const std::string title = page.measure.shortened(page.figure.title, title_size, page.inner_width(), true);
  page.add(
      page.measure.place(Part::Title, title, {page.pad, baseline}, title_size, page.ink.text, Anchor::Start, true));
  const std::string note = page.measure.shortened(page.figure.note, page.em, page.inner_width());
  const Point at = header.one_line ? Point{page.drawing.width - page.pad, baseline}
                                   : Point{page.pad, page.pad + title_size * 1.35 + page.em * kAscent};
  page.add(page.measure.place(Part::Note, note, at, page.em, page.ink.secondary,
                              header.one_line ? Anchor::End : Anchor::Start));
}

// Labels of vertical reference lines stand in rows above the plot, where no data are.
double reference_rows(const Page& page) {
  if (!page.reference_labels) return 0;
  const auto& references = page.figure.references;
  return static_cast<double>(std::count_if(
             references.begin(), references.end(),
             [](const ReferenceLine& reference) { return reference.vertical && !reference.label.empty(); })) *
         page.em * 1.25;
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
    texts.ticks.push_back(
        {static_cast<double>(i), texts.upwards ? page.measure.shortened(names[i], page.em, longest) : names[i]});
  }
  texts.extent = texts.upwards ? std::min(widest, longest) + page.em * 0.3 : page.em * (kAscent + kDescent);
  return texts;
}

AxisTexts x_texts(const Page& page, Range range, double width) {
  if (!page.figure.x.categories.empty()) return category_texts(page, width);
  const AxisMap map(range, page.figure.x.log);
  AxisTexts texts;
  for (int num_ticks = std::max(2, static_cast<int>(width / (page.em * 3.6))); num_ticks >= 2; --num_ticks) {
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
    page.add(DrawnPath{Part::Grid,
                       {{area.left, y}, {area.right, y}},
                       zero ? page.ink.secondary : page.ink.grid,
                       1,
                       kGridWidth,
                       {},
                       false,
                       false});
    page.add(page.measure.place(Part::Tick, tick.text, {area.left - page.em * 0.6, y + page.em * kMiddle}, page.em,
                                page.ink.secondary, Anchor::End));
  }
  if (!page.axis_labels || axis.full_label().empty()) return;
  const double room = page.drawing.height - page.pad - area.top;
  const std::string label = page.measure.shortened(axis.full_label(), page.em, room);
  const double half = page.measure.width(label, page.em) / 2;
  const double centre = std::max((area.top + area.bottom) / 2, area.top + half);
  page.add(page.measure.place(Part::AxisLabel, label, {page.pad + page.em * kAscent, centre}, page.em,
                              page.ink.secondary, Anchor::Middle, false, true));
}

void draw_x_axis(Page& page, const AxisTexts& texts, const PlotArea& area) {
  const Axis& axis = page.figure.x;
  page.add(DrawnPath{Part::Axis,
                     {{area.left, area.bottom}, {area.right, area.bottom}},
                     page.ink.secondary,
                     1,
                     kAxisWidth,
                     {},
                     false,
                     false});
  const double mark = axis.categories.empty() ? page.em * 0.35 : 0;
  const double top = area.bottom + page.em * 0.35 + page.em * 0.2;
  for (const Tick& tick : texts.ticks) {
    const double x = area.left + area.x_map.position(tick.value) * (area.right - area.left);
    if (mark > 0) {
      page.add(DrawnPath{Part::Axis,
                         {{x, area.bottom}, {x, area.bottom + mark}},
                         page.ink.secondary,
                         1,
                         kAxisWidth,
                         {},
                         false,
                         false});
    }
    if (texts.upwards) {
      page.add(page.measure.place(Part::Tick, tick.text, {x + page.em * kMiddle, top}, page.em, page.ink.secondary,
                                  Anchor::End, false, true));
    } else {
      page.add(page.measure.place(Part::Tick, tick.text, {x, top + page.em * kAscent}, page.em, page.ink.secondary,
                                  Anchor::Middle));
    }
  }
  if (!page.axis_labels || axis.full_label().empty()) return;
  // Right of the other axis' label.
  const double start = page.pad + page.em * 1.4, end = page.drawing.width - page.pad;
  const std::string label = page.measure.shortened(axis.full_label(), page.em, end - start);
  const double half = page.measure.width(label, page.em) / 2;
  const double centre = std::clamp((area.left + area.right) / 2, start + half, end - half);
  page.add(page.measure.place(Part::AxisLabel, label, {centre, top + texts.extent + page.em * (0.25 + kAscent)},
                              page.em, page.ink.secondary, Anchor::Middle));
}

// How the page is divided.
struct Frame {
  Header header;
  NamePlan names;
  AxisTexts x_axis, y_axis;
  Box plot;
  double legend_top = 0;
  bool fits = true;  // whether the plot is tall enough to show anything
};

Frame plan_frame(const Page& page) {
  const FigureData& figure = page.figure;
  const double em = page.em, least_height = em * 3;
  Frame frame;
  if (page.header) frame.header = plan_header(page);
  const double top = page.pad + frame.header.height + em * 0.4 + reference_rows(page);
  const double x_label_height = !page.axis_labels || figure.x.full_label().empty() ? 0 : em * 1.4;
  const double y_label_width = !page.axis_labels || figure.y.full_label().empty() ? 0 : em * 1.7;
  const double axis_height = em * 1.7 + x_label_height;
  if (page.names) frame.names = plan_names(page, page.drawing.height - page.pad - top - axis_height);
  const bool below = frame.names.place == NamePlan::Place::Below;
  const bool ends = frame.names.place == NamePlan::Place::Ends;
  frame.legend_top = page.drawing.height - page.pad - (below ? frame.names.height() : 0);

  const double right = page.drawing.width - page.pad - std::max(ends ? frame.names.column_width : 0, em * 1.2);
  frame.y_axis = y_texts(page, page.y_ends, std::max(least_height, frame.legend_top - axis_height - top));
  const double left = std::max(page.pad + y_label_width + frame.y_axis.extent + em * 0.6, page.pad + em * 1.5);
  frame.x_axis = x_texts(page, page.x_ends, std::max(em, right - left));
  const double bottom = frame.legend_top - x_label_height - frame.x_axis.extent - em * 0.7;
  frame.fits = bottom - top >= least_height && right - left >= em;
  frame.plot = {left, top, std::max(right, left + em), std::max(bottom, top + em)};
  frame.y_axis = y_texts(page, page.y_ends, frame.plot.height());
  return frame;
}

void draw_empty_reason(Page& page) {
  const std::string reason = page.figure.empty_reason.empty() ? "nothing to show" : page.figure.empty_reason;
  const Box& plot = page.drawing.plot;
  page.add(page.measure.place(Part::Note, page.measure.shortened(reason, page.em, plot.width() - page.em),
                              {(plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2}, page.em, page.ink.secondary,
                              Anchor::Middle));
}

}  // namespace

void check_options(const RenderOptions& options) {
  check(options.width_cm, 3, 100, "width in cm");
  if (options.height_cm != 0) check(options.height_cm, 2.5, 100, "height in cm");
  check(options.dpi, 36, 1200, "resolution in dpi");
  check(options.font_size_pt, 4, 24, "font size in pt");
}

Page::Page(const FigureData& data, const RenderOptions& chosen)
    : figure(data),
      options(chosen),
      measure(chosen.font_family),
      x_ends(x_range(data)),
      y_ends(y_range(data)),
      ink(plot_ink(Theme::Light)),
      em(chosen.font_size_pt),
      pad(chosen.font_size_pt * 0.6) {
  drawing.width = chosen.width_cm * kPointsPerCm;
  drawing.height = chosen_height_cm(chosen) * kPointsPerCm;
  drawing.ground = ink.ground;
  drawing.title = drawable_text(data.title);
  drawing.description = drawable_text(describe(data));
  drawing.font_family = chosen.font_family;
}

Drawing layout_figure(const FigureData& figure, const RenderOptions& options) {
  check_options(options);
  if (has_own_palette(options)) {
    RenderOptions rest = options;
    rest.palette = Palette::Methods;
    rest.dashes = true;
    return layout_figure(with_palette(figure, options), rest);
  }
  Page page(figure, options);
  Frame frame = plan_frame(page);
  if (options.height_cm == 0 && frame.names.place == NamePlan::Place::Below) {
    // The legend shall not be paid for by the plot.
    page.drawing.height += frame.names.height();
    frame = plan_frame(page);
  }
  // On a stamp the data come first.
  for (bool Page::*part : {&Page::names, &Page::reference_labels, &Page::axis_labels, &Page::header}) {
    if (frame.fits) break;
    page.*part = false;
    frame = plan_frame(page);
  }
  const Box& plot = page.drawing.plot = frame.plot;
  const PlotArea area{AxisMap(page.x_ends, figure.x.log),
                      AxisMap(page.y_ends, figure.y.log),
                      plot.left,
                      plot.right,
                      plot.bottom,
                      plot.top,
                      figure.x.log,
                      figure.y.log};
  draw_header(page, frame.header);
  draw_y_axis(page, frame.y_axis, area);
  if (figure.empty()) {
    draw_empty_reason(page);
  } else {
    draw_marks(page, area);
  }
  draw_x_axis(page, frame.x_axis, area);
  draw_names(page, frame.names, area, frame.legend_top);
  return std::move(page.drawing);
}

}  // namespace lorascope::figures
