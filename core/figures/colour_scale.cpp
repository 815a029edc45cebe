#include "core/figures/colour_scale.h"

#include <algorithm>
#include <cmath>

namespace lorascope::figures {
namespace {

struct Lab {
  double l, a, b;
};

double to_linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

std::uint8_t from_linear(double linear) {
  const double value = std::clamp(linear, 0.0, 1.0);
  const double channel = value <= 0.0031308 ? value * 12.92 : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(channel * 255));
}

Lab to_lab(Rgb colour) {
  const double r = to_linear(colour.red), g = to_linear(colour.green), b = to_linear(colour.blue);
  const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

Rgb from_lab(const Lab& lab) {
  const double l = std::pow(lab.l + 0.3963377774 * lab.a + 0.2158037573 * lab.b, 3);
  const double m = std::pow(lab.l - 0.1055613458 * lab.a - 0.0638541728 * lab.b, 3);
  const double s = std::pow(lab.l - 0.0894841775 * lab.a - 1.2914855480 * lab.b, 3);
  return {from_linear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          from_linear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          from_linear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

}  // namespace

Rgb evenly_mixed(Rgb from, Rgb to, double share) {
  const Lab a = to_lab(from), b = to_lab(to);
  return from_lab({a.l + (b.l - a.l) * share, a.a + (b.a - a.a) * share, a.b + (b.b - a.b) * share});
}

double lightness(Rgb colour) {
  return to_lab(colour).l;
}

Rgb cell_colour(double share, bool diverging, Theme theme) {
  const PlotInk ink = plot_ink(theme);
  if (std::isnan(share)) return evenly_mixed(ink.ground, ink.grid, 0.6);
  const double at = std::clamp(share, 0.0, 1.0);
  if (diverging) {
    return evenly_mixed(evenly_mixed(ink.ground, ink.grid, 0.5), method_colour(at >= 0.5 ? "ft" : "lora", theme),
                        std::abs(at - 0.5) * 2);
  }
  return evenly_mixed(evenly_mixed(ink.ground, ink.accent, 0.14), evenly_mixed(ink.accent, ink.text, 0.3), at);
}

}  // namespace lorascope::figures
