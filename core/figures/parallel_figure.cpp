#include "core/figures/parallel_figure.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/figures/compare_table.h"
#include "core/figures/curve_figure.h"
#include "core/figures/number_text.h"
#include "core/figures/text_measure.h"
#include "core/study/settings_fields.h"

namespace lorascope::figures {
namespace {

constexpr double kPointsPerCm = 72 / 2.54;
constexpr std::size_t kMostAxes = 10;

// A column of values, one a run, before it becomes an axis.
struct Column {
  std::string label;
  std::vector<std::optional<double>> numbers;
  std::vector<std::string> texts;
  bool numeric = true;
};

constexpr const char* kUnused = "–";

// Runs that do not use a setting do not make it different.
bool is_constant(const Column& column) {
  std::set<std::string> texts(column.texts.begin(), column.texts.end());
  texts.erase(kUnused);
  return texts.size() < 2;
}

std::vector<Column> setting_columns(std::span<const store::RunRecord> runs) {
  static const std::set<std::string> kNames = {"name",       "group",     "export_folder",
                                               "data.train", "data.eval", "data.test"};
  std::vector<study::RunSettings> settings;
  for (const store::RunRecord& run : runs) {
    try {
      settings.push_back(study::RunSettings::from_json(run.settings));
    } catch (const Error&) {
      settings.emplace_back();  // of a newer version: at the defaults
    }
  }
  std::vector<Column> columns;
  for (const study::SettingsField& field : study::settings_fields()) {
    if (kNames.contains(field.key)) continue;
    Column column{field.label, {}, {}, true};
    for (const study::RunSettings& one : settings) {
      const bool used = field.concerns(one);
      const Json value = used ? field.get(one) : Json();
      column.numbers.push_back(value.is_number() ? std::optional(value.get<double>()) : std::nullopt);
      column.texts.push_back(used ? study::value_text(value) : kUnused);
      column.numeric = column.numeric && (!used || value.is_number());
    }
    if (!is_constant(column)) columns.push_back(std::move(column));
  }
  return columns;
}

Column number_column(std::span<const store::RunRecord> runs, const std::string& label,
                     const std::function<std::optional<double>(const store::RunRecord&)>& value) {
  Column column{label, {}, {}, true};
  for (const store::RunRecord& run : runs) {
    column.numbers.push_back(value(run));
    column.texts.push_back(column.numbers.back() ? exact_number(*column.numbers.back()) : "");
  }
  return column;
}

ParallelAxis axis_of(const Column& column, std::vector<double>& values) {
  ParallelAxis axis;
  axis.label = column.label;
  if (!column.numeric) {
    const std::set<std::string> names(column.texts.begin(), column.texts.end());
    axis.categories.assign(names.begin(), names.end());
    for (const std::string& text : column.texts) {
      values.push_back(static_cast<double>(std::distance(names.begin(), names.find(text))));
    }
    axis.high = std::max(1.0, static_cast<double>(names.size()) - 1);
    return axis;
  }
  axis.low = INFINITY;
  axis.high = -INFINITY;
  for (const std::optional<double>& number : column.numbers) {
    values.push_back(number.value_or(NAN));
    if (!number) continue;
    axis.low = std::min(axis.low, *number);
    axis.high = std::max(axis.high, *number);
  }
  axis.log = axis.low > 0 && axis.high / axis.low >= 20;
  return axis;
}

// Small numbers as rates are written, 5e-5; others with four digits.
std::string end_text(double value) {
  return value == 0 || std::abs(value) >= 0.01 ? short_number(value) : study::value_text(Json(value));
}

struct ParallelFrame {
  double em = 8, left = 0, right = 1, top = 0, bottom = 1;

  double x(std::size_t axis, std::size_t count) const {
    return count < 2 ? left : left + (right - left) * static_cast<double>(axis) / static_cast<double>(count - 1);
  }
  double y(double position) const { return bottom + position * (top - bottom); }
};

void draw_axes(Drawing& drawing, const ParallelData& data, const ParallelFrame& frame, const TextMeasure& measure,
               const PlotInk& ink) {
  const double em = frame.em;
  const double slot = (frame.right - frame.left) / static_cast<double>(std::max<std::size_t>(1, data.axes.size() - 1));
  for (std::size_t a = 0; a < data.axes.size(); ++a) {
    const ParallelAxis& axis = data.axes[a];
    const double x = frame.x(a, data.axes.size());
    const bool first = a == 0, last = a + 1 == data.axes.size();
    const Anchor anchor = first ? Anchor::Start : last ? Anchor::End : Anchor::Middle;
    const double text_x = first  ? std::max(em * 0.6, x - em * 2)
                          : last ? std::min(drawing.width - em * 0.6, x + em * 2)
                                 : x;
    drawing.shapes.push_back(
        DrawnPath{Part::Axis, {{x, frame.bottom}, {x, frame.top}}, ink.secondary, 1, 0.8, {}, false, false});
    drawing.shapes.push_back(measure.place(Part::AxisLabel, measure.shortened(axis.label, em, slot * 0.95),
                                           {text_x, frame.top - em * 2.0}, em, ink.text, anchor));
    if (axis.categories.empty()) {
      for (const auto& [value, y] :
           {std::pair(axis.high, frame.top - em * 0.5), std::pair(axis.low, frame.bottom + em * 1.3)}) {
        drawing.shapes.push_back(measure.place(Part::Tick, end_text(value), {text_x, y}, em, ink.secondary, anchor));
      }
      continue;
    }
    for (std::size_t i = 0; i < axis.categories.size(); ++i) {
      const double y = frame.y(axis_position(axis, static_cast<double>(i)));
      drawing.shapes.push_back(measure.place(Part::Tick, measure.shortened(axis.categories[i], em, slot * 0.6),
                                             {last ? x - em * 0.4 : x + em * 0.4, y - em * 0.3}, em, ink.secondary,
                                             last ? Anchor::End : Anchor::Start));
    }
  }
}

void draw_line(Drawing& drawing, const ParallelData& data, const ParallelLine& line, const ParallelFrame& frame,
               Theme theme, double opacity) {
  const Rgb colour = line_colour(line.style, theme);
  std::vector<Point> piece;
  const double width = opacity >= 1 ? 1.6 : 1.0;
  std::vector<double> dashes = dash_pattern(line.style);
  for (double& dash : dashes) dash *= width;
  const auto end_piece = [&] {
    if (piece.size() > 1) {
      drawing.shapes.emplace_back(std::in_place_type<DrawnPath>, Part::Data, piece, colour, opacity, width, dashes);
    }
    if (!piece.empty())
      drawing.shapes.emplace_back(std::in_place_type<DrawnDots>, Part::Data, piece, colour, opacity, 3.2);
    piece.clear();
  };
  for (std::size_t a = 0; a < data.axes.size(); ++a) {
    if (!std::isfinite(line.values[a])) {
      end_piece();
      continue;
    }
    piece.push_back({frame.x(a, data.axes.size()), frame.y(axis_position(data.axes[a], line.values[a]))});
  }
  end_piece();
}

}  // namespace

double axis_position(const ParallelAxis& axis, double value) {
  if (!(axis.high > axis.low)) return 0.5;
  if (axis.log) return std::log(value / axis.low) / std::log(axis.high / axis.low);
  return (value - axis.low) / (axis.high - axis.low);
}

ParallelData parallel_data(std::span<const store::RunRecord> runs, const std::vector<std::string>& scores) {
  ParallelData data;
  data.title = "Settings and scores";
  if (runs.empty()) return data;
  std::vector<Column> columns = setting_columns(runs);
  if (columns.size() + scores.size() > kMostAxes) columns.resize(kMostAxes - std::min(kMostAxes, scores.size()));
  const auto add_number = [&](const std::string& label, const auto& value) {
    Column column = number_column(runs, label, value);
    if (!is_constant(column)) columns.push_back(std::move(column));
  };
  add_number("trained", [](const store::RunRecord& run) {
    return run.result.parameters_trainable > 0 ? std::optional(static_cast<double>(run.result.parameters_trainable))
                                               : std::nullopt;
  });
  for (const std::string& score : scores) {
    const bool share = is_share(score.substr(score.find('/') + 1), runs.front().task);
    add_number(series_label(score) + (share ? " (%)" : ""),
               [&](const store::RunRecord& run) { return score_value(run, score); });
  }
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : runs) {
    records.push_back(&run);
    ParallelLine line;
    line.run_id = run.id;
    data.lines.push_back(std::move(line));
  }
  for (const RunGroup& group : group_runs(records, Grouping::Setting)) {
    for (const std::size_t member : group.members) {
      data.lines[member].style = group.style;
      data.lines[member].name = group.members.size() > 1 ? group.name + ", " + seed_name(runs[member]) : group.name;
    }
  }
  for (const Column& column : columns) {
    std::vector<double> values;
    data.axes.push_back(axis_of(column, values));
    for (std::size_t i = 0; i < values.size(); ++i) data.lines[i].values.push_back(values[i]);
  }
  data.note =
      std::to_string(runs.size()) + (runs.size() == 1 ? " run" : " runs") + ", settings that are equal left out";
  return data;
}

Drawing layout_parallel(const ParallelData& data, const RenderOptions& options, Theme theme,
                        std::optional<std::int64_t> highlighted) {
  check_options(options);
  const TextMeasure measure(options.font_family);
  const PlotInk ink = plot_ink(theme);
  Drawing drawing;
  drawing.width = options.width_cm * kPointsPerCm;
  drawing.height =
      (options.height_cm > 0 ? options.height_cm : std::clamp(options.width_cm * 0.5, 5.0, 9.0)) * kPointsPerCm;
  drawing.ground = ink.ground;
  drawing.title = drawable_text(data.title);
  drawing.description = drawable_text(data.title + ", " + data.note);
  drawing.font_family = options.font_family;
  const double em = options.font_size_pt, pad = em * 0.6;
  const bool header = options.title && !data.title.empty();
  const ParallelFrame frame{em, pad + em * 2.5, drawing.width - pad - em * 2.5, pad + em * (header ? 5.0 : 3.2),
                            drawing.height - pad - em * 1.6};
  drawing.plot = {frame.left, frame.top, frame.right, frame.bottom};
  if (header) {
    drawing.shapes.push_back(measure.place(Part::Title, data.title, {pad, pad + em * 1.2 * kAscent}, em * 1.2, ink.text,
                                           Anchor::Start, true));
  }
  draw_axes(drawing, data, frame, measure, ink);
  for (const ParallelLine& line : data.lines) {
    if (line.run_id != highlighted) draw_line(drawing, data, line, frame, theme, highlighted ? 0.25 : 0.85);
  }
  for (const ParallelLine& line : data.lines) {
    if (line.run_id == highlighted) draw_line(drawing, data, line, frame, theme, 1);
  }
  return drawing;
}

std::string render(const ParallelData& data, ImageFormat format, const RenderOptions& options) {
  return render_drawing(layout_parallel(data, options), format, options.dpi);
}

TableData parallel_table(const ParallelData& data) {
  TableData table;
  table.title = data.title;
  table.note = data.note;
  table.columns.push_back({"run", "", Align::Left, 0, Better::None});
  for (const ParallelAxis& axis : data.axes) table.columns.push_back({axis.label, "", Align::Right, 4, Better::None});
  for (const ParallelLine& line : data.lines) {
    TableRow row;
    row.run_id = line.run_id;
    row.method = line.style.method;
    row.cells.push_back({line.name, {}, {}, false});
    for (std::size_t a = 0; a < data.axes.size(); ++a) {
      TableCell cell;
      const double value = line.values[a];
      if (!data.axes[a].categories.empty()) {
        cell.text = data.axes[a].categories[static_cast<std::size_t>(value)];
      } else if (std::isfinite(value)) {
        cell.text = study::value_text(Json(value));
      }
      row.cells.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace lorascope::figures
