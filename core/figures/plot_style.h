#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lorascope::figures {

/// A colour in sRGB, 0 to 255.
struct Rgb {
  std::uint8_t red = 0, green = 0, blue = 0;

  bool operator==(const Rgb&) const = default;
};

/// "#D55E00" to a colour; nothing when the text is no such colour.
std::optional<Rgb> rgb_from_text(std::string_view text);
/// "#D55E00".
std::string rgb_text(Rgb colour);

enum class Theme { Light, Dark };

/// Colours of a plot that do not depend on what is drawn. Exports are always Light.
struct PlotInk {
  Rgb ground;     ///< behind the plot
  Rgb text;       ///< title and line labels without a colour of their own
  Rgb secondary;  ///< axes, ticks, tick and axis labels, reference lines
  Rgb grid;       ///< faint horizontal lines
  Rgb accent;     ///< step cursor
};
PlotInk plot_ink(Theme theme);

/// What a line, band or bar is for; decides width, opacity and whether its name is shown.
enum class Role {
  Main,    ///< the curve itself: 2 px, named
  Raw,     ///< unsmoothed points under a smoothed curve: 1 px at 35 %, solid, unnamed
  Single,  ///< one seed under the mean of its group: 1 px at 50 %, unnamed
};

/// How something is drawn, said by meaning rather than by colour.
struct LineStyle {
  std::string method;  ///< "base", "ft", "lora", "xlora"; anything else is another mixture
  int variation = 0;   ///< index among the drawn groups of the same method: lightness
  int num_variations = 1;
  Role role = Role::Main;
  bool markers = false;            ///< a dot at each point: few points, such as scores at evaluations
  std::optional<Rgb> colour = {};  ///< chosen by the user for this run; replaces the method's colour
  int dash = -1;                   ///< pattern: -1 by method, 0 solid, then ever other ones

  bool operator==(const LineStyle&) const = default;
};

/// The method's own colour (WORKBENCH: same in swatches, curves, spectra, tables and exports).
Rgb method_colour(std::string_view method, Theme theme);

/// Colour of a line, band or bar: the method's, made lighter or darker by `variation`. Variation 0 is the method's own.
Rgb line_colour(const LineStyle& style, Theme theme);

/// `colour` moved towards black (towards white on a dark ground) until it reads as text: a contrast of at least 4.5
/// : 1.
Rgb readable(Rgb colour, Rgb ground);

/// Lengths of dashes and gaps in units of the line's width, empty for a solid line: base dotted, ft solid, lora dashed,
/// xlora dash-dot, unless the style names a pattern. Raw lines are solid.
std::vector<double> dash_pattern(const LineStyle& style);

/// Width in px of the screen (1 px = 0.6 pt in exports) and opacity from 0 to 1.
double line_width(Role role);
double line_opacity(Role role);
/// Opacity of the filled area of a band.
inline constexpr double kBandOpacity = 0.16;
/// Diameter in px of the dots of lines with markers.
inline constexpr double kMarkerSize = 5.0;

}  // namespace lorascope::figures
