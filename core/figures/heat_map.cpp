#include "core/figures/heat_map.h"

#include <algorithm>
#include <cmath>

#include "core/figures/colour_scale.h"
#include "core/figures/number_text.h"
#include "core/figures/text_measure.h"

namespace lorascope::figures {
namespace {

constexpr double kPointsPerCm = 72 / 2.54;
constexpr double kCellHeight = 2.0, kLeastCell = 0.35, kBarWidth = 1.0;  // in em
constexpr std::size_t kMostLabels = 40;

// Where everything of a page is.
struct MapFrame {
  double em = 8, pad = 4.8;
  Box cells, bar;
  double column_width = 1, row_height = 1;
};

double widest(const TextMeasure& measure, const std::vector<std::string>& texts, double size) {
  double width = 0;
  for (const std::string& text : texts) width = std::max(width, measure.width(text, size));
  return width;
}

MapFrame plan(const HeatMapData& map, const RenderOptions& options, const TextMeasure& measure) {
  MapFrame frame;
  const double em = frame.em = options.font_size_pt;
  frame.pad = em * 0.6;
  const Range range = value_range(map);
  const double bar_text = std::max(measure.width(map.text(range.low), em), measure.width(map.text(range.high), em));
  const double width = options.width_cm * kPointsPerCm;
  const double row_label = map.row_label.empty() ? 0 : em * 1.5;
  frame.cells.left = frame.pad + row_label + std::min(widest(measure, map.rows, em), width * 0.3) + em * 0.6;
  frame.bar.right = width - frame.pad - bar_text - em * 0.4;
  frame.bar.left = frame.bar.right - em * kBarWidth;
  frame.cells.right = std::max(frame.cells.left + em, frame.bar.left - em);
  const bool header = options.title && !map.title.empty();
  frame.cells.top = frame.pad + (header ? em * 2.1 : em * 0.4);
  frame.column_width = frame.cells.width() / static_cast<double>(std::max<std::size_t>(1, map.columns.size()));
  const auto num_rows = static_cast<double>(std::max<std::size_t>(1, map.rows.size()));
  const double below = em * (map.column_label.empty() ? 2.0 : 3.4);
  const double wished = options.height_cm > 0 ? options.height_cm * kPointsPerCm - frame.cells.top - below - frame.pad
                                              : std::clamp(em * kCellHeight * num_rows, em * 6, em * 60);
  frame.row_height = std::max(wished, em * kLeastCell * num_rows) / num_rows;
  frame.cells.bottom = frame.cells.top + frame.row_height * num_rows;
  frame.bar.top = frame.cells.top;
  frame.bar.bottom = frame.cells.bottom;
  return frame;
}

double share_of(const Range& range, double value) {
  if (!std::isfinite(value)) return NAN;
  return range.high > range.low ? (value - range.low) / (range.high - range.low) : 0.5;
}

Rgb ink_on(Rgb ground, const PlotInk& ink) {
  return std::abs(lightness(ink.text) - lightness(ground)) > std::abs(lightness(ink.ground) - lightness(ground))
             ? ink.text
             : ink.ground;
}

DrawnPath filled(Part part, const Box& box, Rgb colour) {
  return {part,   {{box.left, box.top}, {box.right, box.top}, {box.right, box.bottom}, {box.left, box.bottom}},
          colour, 1,
          0,      {},
          true,   false};
}

void draw_cells(Drawing& drawing, const HeatMapData& map, const MapFrame& frame, const TextMeasure& measure) {
  const PlotInk ink = plot_ink(Theme::Light);
  const Range range = value_range(map);
  double widest_value = 0;
  for (const double value : map.values) widest_value = std::max(widest_value, measure.width(map.text(value), frame.em));
  const bool texts = widest_value + frame.em * 0.4 < frame.column_width && frame.row_height > frame.em * 1.1;
  const double gap = texts ? 0.5 : 0;
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    for (std::size_t column = 0; column < map.columns.size(); ++column) {
      const double left = frame.cells.left + frame.column_width * static_cast<double>(column);
      const double top = frame.cells.top + frame.row_height * static_cast<double>(row);
      const Rgb colour = cell_colour(share_of(range, map.at(row, column)), map.diverging);
      drawing.shapes.push_back(
          filled(Part::Data, {left, top, left + frame.column_width - gap, top + frame.row_height - gap}, colour));
      if (!texts) continue;
      const std::string text = map.text(map.at(row, column));
      if (text.empty()) continue;
      drawing.shapes.push_back(measure.place(
          Part::Name, text, {left + frame.column_width / 2, top + frame.row_height / 2 + frame.em * kMiddle}, frame.em,
          ink_on(colour, ink), Anchor::Middle));
    }
  }
}

void draw_labels(Drawing& drawing, const HeatMapData& map, const MapFrame& frame, const TextMeasure& measure) {
  const PlotInk ink = plot_ink(Theme::Light);
  const double em = frame.em;
  const double room = frame.cells.left - frame.pad - em * 0.6 - (map.row_label.empty() ? 0 : em * 1.5);
  const auto every = [](std::size_t count, double step, double needed) {
    const auto stride = static_cast<std::size_t>(std::max(1.0, std::ceil(needed / step)));
    return std::max(stride, (count + kMostLabels - 1) / kMostLabels);
  };
  const std::size_t row_stride = every(map.rows.size(), frame.row_height, em * 1.15);
  for (std::size_t row = 0; row < map.rows.size(); row += row_stride) {
    const double y = frame.cells.top + frame.row_height * (static_cast<double>(row) + 0.5);
    drawing.shapes.push_back(measure.place(Part::Tick, measure.shortened(map.rows[row], em, room),
                                           {frame.cells.left - em * 0.6, y + em * kMiddle}, em, ink.secondary,
                                           Anchor::End));
  }
  const double needed = std::min(widest(measure, map.columns, em), frame.column_width * 4) + em * 0.6;
  const std::size_t column_stride = every(map.columns.size(), frame.column_width, needed);
  for (std::size_t column = 0; column < map.columns.size(); column += column_stride) {
    const double x = frame.cells.left + frame.column_width * (static_cast<double>(column) + 0.5);
    const double width = frame.column_width * static_cast<double>(column_stride) - em * 0.3;
    drawing.shapes.push_back(measure.place(Part::Tick, measure.shortened(map.columns[column], em, std::max(width, em)),
                                           {x, frame.cells.bottom + em * 1.2}, em, ink.secondary, Anchor::Middle));
  }
  if (!map.column_label.empty()) {
    drawing.shapes.push_back(measure.place(Part::AxisLabel, map.column_label,
                                           {(frame.cells.left + frame.cells.right) / 2, frame.cells.bottom + em * 2.6},
                                           em, ink.secondary, Anchor::Middle));
  }
  if (!map.row_label.empty()) {
    drawing.shapes.push_back(measure.place(Part::AxisLabel, map.row_label,
                                           {frame.pad + em * kAscent, (frame.cells.top + frame.cells.bottom) / 2}, em,
                                           ink.secondary, Anchor::Middle, false, true));
  }
}

void draw_bar(Drawing& drawing, const HeatMapData& map, const MapFrame& frame, const TextMeasure& measure) {
  constexpr int kSteps = 64;
  const PlotInk ink = plot_ink(Theme::Light);
  const double step = frame.bar.height() / kSteps;
  for (int i = 0; i < kSteps; ++i) {
    const double bottom = frame.bar.bottom - step * i;
    drawing.shapes.push_back(
        filled(Part::Legend, {frame.bar.left, std::max(frame.bar.top, bottom - step * 1.02), frame.bar.right, bottom},
               cell_colour((i + 0.5) / kSteps, map.diverging)));
  }
  const Range range = value_range(map);
  const double x = frame.bar.right + frame.em * 0.4;
  drawing.shapes.push_back(measure.place(Part::Tick, map.text(range.high), {x, frame.bar.top + frame.em * kAscent},
                                         frame.em, ink.secondary));
  drawing.shapes.push_back(
      measure.place(Part::Tick, map.text(range.low), {x, frame.bar.bottom}, frame.em, ink.secondary));
}

}  // namespace

std::string HeatMapData::text(double value) const {
  if (!std::isfinite(value)) return {};
  return unit == "%" ? short_number(std::round(value * 1000) / 10) + " %" : short_number(value);
}

Range value_range(const HeatMapData& map) {
  Range range{INFINITY, -INFINITY};
  for (const double value : map.values) {
    if (!std::isfinite(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  if (range.low > range.high) return {0, 1};
  if (map.diverging) {
    range.high = std::max(std::abs(range.low), std::abs(range.high));
    range.low = -range.high;
  }
  return range;
}

Drawing layout_heat_map(const HeatMapData& map, const RenderOptions& options) {
  check_options(options);
  const TextMeasure measure(options.font_family);
  const MapFrame frame = plan(map, options, measure);
  const PlotInk ink = plot_ink(Theme::Light);
  Drawing drawing;
  drawing.width = options.width_cm * kPointsPerCm;
  drawing.height = frame.cells.bottom + frame.em * (map.column_label.empty() ? 1.6 : 3.0) + frame.pad;
  if (options.height_cm > 0) drawing.height = std::max(drawing.height, options.height_cm * kPointsPerCm);
  drawing.ground = ink.ground;
  drawing.plot = frame.cells;
  drawing.title = drawable_text(map.title);
  drawing.description = drawable_text(describe(map));
  drawing.font_family = options.font_family;
  if (options.title && !map.title.empty()) {
    const double size = frame.em * 1.2, room = drawing.width - 2 * frame.pad;
    const std::string title = measure.shortened(map.title, size, room, true);
    drawing.shapes.push_back(measure.place(Part::Title, title, {frame.pad, frame.pad + size * kAscent}, size, ink.text,
                                           Anchor::Start, true));
    const double left = room - measure.width(title, size, true) - frame.em * 1.5;
    if (!map.note.empty() && left > frame.em * 4) {
      drawing.shapes.push_back(measure.place(Part::Note, measure.shortened(map.note, frame.em, left),
                                             {drawing.width - frame.pad, frame.pad + size * kAscent}, frame.em,
                                             ink.secondary, Anchor::End));
    }
  }
  draw_cells(drawing, map, frame, measure);
  draw_labels(drawing, map, frame, measure);
  draw_bar(drawing, map, frame, measure);
  return drawing;
}

std::string render(const HeatMapData& map, ImageFormat format, const RenderOptions& options) {
  return render_drawing(layout_heat_map(map, options), format, options.dpi);
}

TableData heat_map_table(const HeatMapData& map) {
  TableData table;
  table.title = map.title;
  table.note = map.note;
  table.columns.push_back({map.row_label, "", Align::Left, 0, Better::None});
  const double factor = map.unit == "%" ? 100 : 1;
  for (const std::string& column : map.columns)
    table.columns.push_back({column, map.unit, Align::Right, 3, Better::None});
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    TableRow cells;
    cells.cells.push_back({map.rows[row], {}, {}, false});
    for (std::size_t column = 0; column < map.columns.size(); ++column) {
      const double value = map.at(row, column);
      cells.cells.push_back({"", std::isfinite(value) ? std::optional(value * factor) : std::nullopt, {}, false});
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string describe(const HeatMapData& map) {
  std::string text = map.title + ": heat map of " + std::to_string(map.rows.size()) + " rows and " +
                     std::to_string(map.columns.size()) + " columns";
  std::size_t greatest = map.values.size();
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    if (!std::isfinite(map.values[i])) continue;
    if (greatest == map.values.size() || map.values[i] > map.values[greatest]) greatest = i;
  }
  if (greatest == map.values.size()) return text + ", without values.";
  const Range range = value_range(map);
  return text + ", from " + map.text(range.low) + " to " + map.text(range.high) + ", greatest at " +
         map.rows[greatest / map.columns.size()] + ", " + map.columns[greatest % map.columns.size()] + ".";
}

}  // namespace lorascope::figures
