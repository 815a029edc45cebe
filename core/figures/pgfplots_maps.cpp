#include <algorithm>
#include <cmath>

#include "core/figures/colour_scale.h"
#include "core/figures/number_text.h"
#include "core/figures/pgfplots.h"
#include "core/figures/table_text.h"

namespace lorascope::figures {
namespace {

constexpr int kScaleSteps = 8;
constexpr double kColourBarCm = 3;
constexpr double kPointsPerPixel = 0.6;

constexpr const char* kNeeds = "% needs \\usepackage{pgfplots} and \\pgfplotsset{compat=1.16}\n";

std::string rgb255(Rgb colour) {
  return "rgb255=(" + std::to_string(colour.red) + "," + std::to_string(colour.green) + "," +
         std::to_string(colour.blue) + ") ";
}

std::string names(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "{" : ",{") + latex_escaped(text) + "}";
  return list;
}

std::string positions(std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i > 0 ? "," : "") + std::to_string(i);
  return list;
}

// `beside`: what stands right of the axis, in cm, so that the whole is as wide as was asked for.
std::string size_and_title(const RenderOptions& options, double height_cm, const std::string& title, double beside) {
  const double width = std::max(3.0, options.width_cm - beside);
  std::string text = "  width=" + exact_number(width) + "cm, height=" + exact_number(height_cm) + "cm";
  if (options.title && !title.empty()) {
    text += ",\n  title={" + latex_escaped(title) + "}, title style={align=center, text width=" + exact_number(width) + "cm}";
  }
  return text;
}

std::string end_text(const ParallelAxis& axis, bool high) {
  if (!axis.categories.empty()) return latex_escaped(high ? axis.categories.back() : axis.categories.front());
  return latex_escaped(short_number(high ? axis.high : axis.low));
}

std::string dashes(const LineStyle& style) {
  const std::vector<double> pattern = dash_pattern(style);
  if (pattern.empty()) return "solid";
  std::string text = "dash pattern=";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    text += std::string(i == 0 ? "" : " ") + (i % 2 == 0 ? "on " : "off ") + exact_number(pattern[i] * kPointsPerPixel) +
            "pt";
  }
  return text;
}

}  // namespace

std::string pgfplots_figure(const HeatMapData& map, const RenderOptions& options) {
  check_options(options);
  Range range = value_range(map);
  // A map of one value has no range of its own, which pgfplots does not take.
  if (!(range.high > range.low)) range = {range.low - 0.5, range.low + 0.5};
  const double factor = map.unit == "%" ? 100 : 1;
  std::string scale;
  for (int i = 0; i <= kScaleSteps; ++i) {
    scale += rgb255(cell_colour(static_cast<double>(i) / kScaleSteps, map.diverging));
  }
  const double height =
      options.height_cm > 0 ? options.height_cm : std::clamp(2.2 + 0.55 * static_cast<double>(map.rows.size()), 3.5, 18.0);
  std::string cells;
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    for (std::size_t column = 0; column < map.columns.size(); ++column) {
      const double value = map.at(row, column);
      cells += "(" + std::to_string(column) + "," + std::to_string(row) + ") [" +
               (std::isfinite(value) ? exact_number(value * factor) : "nan") + "] ";
    }
    cells += "\n";
  }
  return kNeeds + std::string("\\begin{tikzpicture}\n\\begin{axis}[\n") + size_and_title(options, height, map.title, kColourBarCm) +
         ",\n  enlargelimits=false, axis on top, y dir=reverse, colorbar, colormap={lorascope}{" + scale +
         "},\n  point meta min=" + exact_number(range.low * factor) + ", point meta max=" +
         exact_number(range.high * factor) + ", colorbar style={ylabel={" + latex_escaped(map.unit) +
         "}},\n  xtick={" + positions(map.columns.size()) + "}, xticklabels={" + names(map.columns) +
         "}, x tick label style={rotate=90, font=\\footnotesize},\n  ytick={" + positions(map.rows.size()) +
         "}, yticklabels={" + names(map.rows) + "}, y tick label style={font=\\footnotesize},\n  xlabel={" +
         latex_escaped(map.column_label) + "}, ylabel={" + latex_escaped(map.row_label) +
         "}\n]\n\\addplot[matrix plot*, mesh/cols=" + std::to_string(map.columns.size()) +
         ", point meta=explicit] coordinates {\n" + cells + "};\n\\end{axis}\n\\end{tikzpicture}\n";
}

std::string pgfplots_figure(const ParallelData& data, const RenderOptions& options) {
  check_options(options);
  const double height = options.height_cm > 0 ? options.height_cm : std::clamp(options.width_cm * 0.5, 5.0, 9.0);
  std::vector<std::string> labels;
  for (const ParallelAxis& axis : data.axes) labels.push_back(axis.label);
  std::string text = kNeeds + std::string("\\begin{tikzpicture}\n\\begin{axis}[\n") +
                     size_and_title(options, height, data.title, 0) +
                     ",\n  ymin=-0.12, ymax=1.12, ytick=\\empty, axis y line=none, axis x line*=bottom, xmajorgrids,\n"
                     "  xtick={" +
                     positions(data.axes.size()) + "}, xticklabels={" + names(labels) +
                     "}, x tick label style={rotate=30, anchor=north east, font=\\footnotesize}\n]\n";
  for (const ParallelLine& line : data.lines) {
    const Rgb colour = line_colour(line.style, Theme::Light);
    std::string points;
    for (std::size_t i = 0; i < data.axes.size(); ++i) {
      if (!std::isfinite(line.values[i])) continue;
      points += "(" + std::to_string(i) + "," + exact_number(axis_position(data.axes[i], line.values[i])) + ") ";
    }
    if (points.empty()) continue;
    text += "\\addplot[color={rgb,255:red," + std::to_string(colour.red) + ";green," + std::to_string(colour.green) +
            ";blue," + std::to_string(colour.blue) + "}, line width=0.8pt, " + dashes(line.style) +
            ", no markers] coordinates {" + points + "};\n";
  }
  for (std::size_t i = 0; i < data.axes.size(); ++i) {
    for (const bool high : {false, true}) {
      text += "\\node[font=\\scriptsize, anchor=" + std::string(high ? "south" : "north") + "] at (axis cs:" +
              std::to_string(i) + "," + (high ? "1.01" : "-0.01") + ") {" + end_text(data.axes[i], high) + "};\n";
    }
  }
  return text + "\\end{axis}\n\\end{tikzpicture}\n";
}

}  // namespace lorascope::figures
