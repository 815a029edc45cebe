#include "core/figures/pgfplots.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/figures/axis_range.h"
#include "core/figures/number_text.h"
#include "core/figures/table_text.h"
#include "core/figures/thinning.h"
#include "core/figures/ticks.h"

namespace lorascope::figures {
namespace {

constexpr std::size_t kColumns = 250;  // up to four points each
constexpr double kPointsPerPixel = 0.6;
constexpr double kBesideAxisCm = 0.9;
constexpr int kMostTicks = 7;

// Colours by their definition, named in order of use.
class ColourNames {
 public:
  std::string name(Rgb colour) {
    const std::string hex = rgb_text(colour).substr(1);
    const auto [entry, is_new] = names_.emplace(hex, "lorascope" + letters(names_.size()));
    if (is_new) definitions_ += "\\definecolor{" + entry->second + "}{HTML}{" + hex + "}\n";
    return entry->second;
  }
  const std::string& definitions() const { return definitions_; }

 private:
  static std::string letters(std::size_t number) {
    std::string text(1, static_cast<char>('a' + number % 26));
    return number < 26 ? text : letters(number / 26 - 1) + text;
  }

  std::map<std::string, std::string> names_;
  std::string definitions_;
};

std::string point(double x, double y) {
  return "(" + exact_number(x) + "," + exact_number(y) + ") ";
}

std::string dash_option(const LineStyle& style) {
  const std::vector<double> dashes = dash_pattern(style);
  if (dashes.empty()) return "solid";
  std::string text = "dash pattern=";
  const double width = line_width(style.role) * kPointsPerPixel;
  for (std::size_t i = 0; i < dashes.size(); ++i) {
    text += (i > 0 ? " " : "") + std::string(i % 2 == 0 ? "on " : "off ") + exact_number(dashes[i] * width) + "pt";
  }
  return text;
}

// Where thinning maps values to columns and back.
struct Source {
  const FigureData& figure;
  Range x, y;
  PlotArea area;

  explicit Source(const FigureData& data)
      : figure(data),
        x(x_range(data)),
        y(y_range(data)),
        area{AxisMap(x, data.x.log), AxisMap(y, data.y.log), 0, kColumns, 0, 1, data.x.log, data.y.log} {}

  std::vector<std::vector<Point>> pieces(const std::vector<double>& xs, const std::vector<double>& ys) const {
    std::vector<std::vector<Point>> result;
    if (xs.size() <= 4 * kColumns) {
      result.emplace_back();
      for (std::size_t i = 0; i < std::min(xs.size(), ys.size()); ++i) {
        if (is_drawable(xs[i], figure.x.log) && is_drawable(ys[i], figure.y.log)) {
          result.back().push_back({xs[i], ys[i]});
        } else if (!result.back().empty()) {
          result.emplace_back();
        }
      }
      if (result.back().empty()) result.pop_back();
      return result;
    }
    result = thin_for_drawing(xs, ys, area, kColumns);
    for (std::vector<Point>& piece : result) {
      for (Point& place : piece) place = {area.x_map.value(place.x / kColumns), area.y_map.value(place.y)};
    }
    return result;
  }
};

std::string plot_of(const Line& line, const Source& source, ColourNames& palette, bool with_names) {
  const std::string colour = palette.name(line_colour(line.style, Theme::Light));
  const bool named = with_names && line.style.role == Role::Main && !line.name.empty();
  std::string text;
  if (line.shape == Shape::Bars) {
    text += "\\addplot[ybar, fill=" + colour + ", draw=none] coordinates {";
    for (std::size_t i = 0; i < std::min(line.x.size(), line.y.size()); ++i) {
      if (is_drawable(line.y[i], source.figure.y.log)) text += point(line.x[i], line.y[i]);
    }
    return text + "};\n" + (named ? "\\addlegendentry{" + latex_escaped(line.name) + "}\n" : "");
  }
  const std::string options =
      "color=" + colour + ", line width=" + exact_number(line_width(line.style.role) * kPointsPerPixel) + "pt, " +
      dash_option(line.style) +
      (line.style.role != Role::Main ? ", opacity=" + exact_number(line_opacity(line.style.role)) : "") +
      (line.style.markers ? ", mark=*, mark size=1.5pt, mark options={solid}" : ", no markers");
  bool first = true;
  for (const std::vector<Point>& piece : source.pieces(line.x, line.y)) {
    text += "\\addplot[" + options + (named && first ? "" : ", forget plot") + "] coordinates {";
    for (const Point& place : piece) text += point(place.x, place.y);
    text += "};\n";
    if (named && first) text += "\\addlegendentry{" + latex_escaped(line.name) + "}\n";
    first = false;
  }
  return text;
}

std::string plot_of(const Band& band, const Source& source, ColourNames& palette) {
  const auto lower = source.pieces(band.x, band.low), upper = source.pieces(band.x, band.high);
  std::string text;
  for (std::size_t i = 0; i < std::min(lower.size(), upper.size()); ++i) {
    text += "\\addplot[draw=none, fill=" + palette.name(line_colour(band.style, Theme::Light)) +
            ", fill opacity=" + exact_number(kBandOpacity) + ", forget plot] coordinates {";
    for (const Point& place : upper[i]) text += point(place.x, place.y);
    for (auto place = lower[i].rbegin(); place != lower[i].rend(); ++place) text += point(place->x, place->y);
    text += "} --cycle;\n";
  }
  return text;
}

std::string plot_of(const ReferenceLine& reference, const Source& source, ColourNames& palette) {
  const Rgb ink = reference.style ? line_colour(*reference.style, Theme::Light) : plot_ink(Theme::Light).secondary;
  const std::string ends = reference.vertical
                               ? point(reference.value, source.y.low) + point(reference.value, source.y.high)
                               : point(source.x.low, reference.value) + point(source.x.high, reference.value);
  const std::string label = latex_escaped(reference.label);
  const std::string node = label.empty()
                               ? ""
                               : std::string(" node[") + (reference.vertical ? "anchor=south" : "anchor=south east") +
                                     ", pos=1, font=\\small] {" + label + "}";
  return "\\addplot[densely dotted, line width=0.6pt, color=" + palette.name(ink) +
         ", no markers, forget plot] coordinates {" + ends + "}" + node + ";\n";
}

// Under the axis, so that the figure is as wide as was asked for; in two columns where names are short.
std::string legend_place(const FigureData& figure, LegendPlace place) {
  if (place == LegendPlace::Inside) return "legend pos=north east";
  constexpr std::size_t kShortName = 26;
  const bool all_short = std::all_of(figure.lines.begin(), figure.lines.end(),
                                     [](const Line& line) { return line.name.size() <= kShortName; });
  return std::string("legend style={at={(0.5,-0.24)}, anchor=north}, legend cell align=left, legend columns=") +
         (all_short ? "2" : "1");
}

std::string standalone(const std::string& picture) {
  return "\\documentclass{standalone}\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n"
         "\\usepackage{pgfplots}\n\\pgfplotsset{compat=1.16}\n\\begin{document}\n" +
         picture + "\\end{document}\n";
}

// The ticks of a linear axis of counts, which pgfplots would divide further: ",\n  ytick={0,1,2}".
std::string whole_ticks(const char* name, const Axis& axis, Range range) {
  if (!axis.whole_numbers || axis.log || !axis.categories.empty()) return {};
  std::string values;
  for (const Tick& tick : axis_ticks(range, axis, kMostTicks))
    values += (values.empty() ? "" : ",") + exact_number(tick.value);
  return std::string(",\n  ") + name + "={" + values + "}";
}

std::string axis_options(const Source& source, const RenderOptions& options) {
  const FigureData& figure = source.figure;
  // What pgfplots calls the width leaves little room for the numbers and the label beside the axis.
  const double width = std::max(3.0, options.width_cm - kBesideAxisCm);
  const double height = options.height_cm > 0 ? options.height_cm : std::clamp(width * 0.62, 5.0, 9.5);
  std::string text =
      "  width=" + exact_number(width) + "cm, height=" + exact_number(height) +
      "cm,\n  axis lines=left, axis line style={-}, ymajorgrids, grid style={black!10},\n"
      "  legend style={draw=none, fill=none, font=\\small}, " +
      legend_place(figure, options.legend) +
      ", clip mode=individual,\n"
      "  xlabel={" +
      latex_escaped(figure.x.full_label()) + "}, ylabel={" + latex_escaped(figure.y.full_label()) + "}";
  if (options.title && !figure.title.empty()) {
    text += ",\n  title={" + latex_escaped(figure.title) + "}, title style={align=center, text width=" +
            exact_number(width) + "cm}";
  }
  if (figure.x.log) text += ", xmode=log";
  if (figure.y.log) text += ", ymode=log";
  text += ",\n  xmin=" + exact_number(source.x.low) + ", xmax=" + exact_number(source.x.high) +
          ", ymin=" + exact_number(source.y.low) + ", ymax=" + exact_number(source.y.high);
  text += whole_ticks("xtick", figure.x, source.x) + whole_ticks("ytick", figure.y, source.y);
  if (figure.x.categories.empty()) return text;
  std::string ticks, labels;
  for (std::size_t i = 0; i < figure.x.categories.size(); ++i) {
    ticks += (i > 0 ? "," : "") + std::to_string(i);
    labels += (i > 0 ? ",{" : "{") + latex_escaped(figure.x.categories[i]) + "}";
  }
  return text + ",\n  xtick={" + ticks + "}, xticklabels={" + labels + "}";
}

}  // namespace

std::string pgfplots_figure(const FigureData& data, const RenderOptions& options, bool document) {
  check_options(options);
  const FigureData figure = with_palette(data, options);
  const Source source(figure);
  ColourNames palette;
  std::string plots;
  for (const Band& band : figure.bands) plots += plot_of(band, source, palette);
  for (const ReferenceLine& reference : figure.references) {
    if (is_drawable(reference.value, reference.vertical ? figure.x.log : figure.y.log)) {
      plots += plot_of(reference, source, palette);
    }
  }
  for (const Line& line : figure.lines) plots += plot_of(line, source, palette, options.legend != LegendPlace::None);
  const bool bars =
      std::any_of(figure.lines.begin(), figure.lines.end(), [](const Line& line) { return line.shape == Shape::Bars; });
  const std::string picture = "% needs \\usepackage{pgfplots} and \\pgfplotsset{compat=1.16}\n" +
                              palette.definitions() + "\\begin{tikzpicture}\n\\begin{axis}[\n" +
                              axis_options(source, options) + (bars ? ",\n  ybar, area legend, bar width=4pt" : "") + "\n]\n" +
                              plots + "\\end{axis}\n\\end{tikzpicture}\n";
  return document ? standalone(picture) : picture;
}

}  // namespace lorascope::figures
