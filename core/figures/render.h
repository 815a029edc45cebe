#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/figures/drawing.h"
#include "core/figures/figure_data.h"

namespace lorascope::figures {

enum class ImageFormat { Pdf, Svg, Png };

/// By the ending of a file name: .pdf, .svg, .png in either case.
std::optional<ImageFormat> image_format_of(const std::filesystem::path& file);

/// Where the names of lines stand. Auto: at the lines' ends where there is room, else below.
enum class LegendPlace { Auto, Ends, Inside, Below, None };
/// Methods: the methods' colours, which colour-blind people tell apart. Greys: for print without colours.
enum class Palette { Methods, Greys };

/// How a figure is exported. Always on a light ground.
struct RenderOptions {
  double width_cm = 12;     ///< 3 to 100; a column of a paper is about 8.5, its text width 17
  double height_cm = 0;     ///< 2.5 to 100; 0: by the width, and taller with a legend under the plot
  double dpi = 300;         ///< of PNG: 36 to 1200
  double font_size_pt = 8;  ///< of ticks and names: 4 to 24; the title is a little larger
  std::string font_family = "sans-serif";
  bool title = true;  ///< title and note above the plot; papers often put them into the caption
  LegendPlace legend = LegendPlace::Auto;
  Palette palette = Palette::Methods;
  bool dashes = true;  ///< a dash pattern for each method; false: all lines solid

  bool operator==(const RenderOptions&) const = default;
};

/// The figure in one file format. The same figure and options give the same bytes (on one machine: fonts differ). Lines
/// are thinned to about three points a screen pixel with their extremes kept, so that files stay small at any length.
/// Throws UsageError when an option is out of its range.
std::string render(const FigureData& figure, ImageFormat format, const RenderOptions& options = {});

/// Throws UsageError when an option is out of its range.
void check_options(const RenderOptions& options);

/// The lines with the colours and dashes that the options ask for.
FigureData with_palette(FigureData figure, const RenderOptions& options);
/// Whether with_palette() would change anything.
bool has_own_palette(const RenderOptions& options);

/// The figure as shapes on a page: everything lies inside the page, names do not overlap.
Drawing layout_figure(const FigureData& figure, const RenderOptions& options = {});

/// A drawing in one file format.
std::string render_drawing(const Drawing& drawing, ImageFormat format, double dpi);
std::string render_pdf(const Drawing& drawing);
std::string render_png(const Drawing& drawing, double dpi);
std::string render_svg(const Drawing& drawing);

}  // namespace lorascope::figures
