#include "core/figures/plot_style.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace lorascope::figures {
namespace {

struct MethodInk {
  std::string_view method;
  Rgb light, dark;
};

constexpr std::array<MethodInk, 4> kMethods = {{
    {"base", {0x7A, 0x7F, 0x85}, {0x7A, 0x7F, 0x85}},
    {"ft", {0xD5, 0x5E, 0x00}, {0xFF, 0x8A, 0x3D}},
    {"lora", {0x00, 0x72, 0xB2}, {0x4F, 0xA8, 0xE0}},
    {"xlora", {0x00, 0x9E, 0x73}, {0x3C, 0xC4, 0x9A}},
}};

// Other mixtures share three colours; the name alone decides which, so that a mixture keeps its colour everywhere.
constexpr std::array<Rgb, 3> kOthers = {{{0xCC, 0x79, 0xA7}, {0xE6, 0x9F, 0x00}, {0x56, 0xB4, 0xE9}}};

Rgb mixed(Rgb colour, Rgb with, double share) {
  const auto channel = [share](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(a * (1 - share) + b * share));
  };
  return {channel(colour.red, with.red), channel(colour.green, with.green), channel(colour.blue, with.blue)};
}

// Relative luminance of WCAG 2.1.
double luminance(Rgb colour) {
  const auto linear = [](std::uint8_t channel) {
    const double value = channel / 255.0;
    return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

double contrast(Rgb a, Rgb b) {
  const double first = luminance(a) + 0.05, second = luminance(b) + 0.05;
  return std::max(first, second) / std::min(first, second);
}

int hexadecimal(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Rgb> rgb_from_text(std::string_view text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  std::array<int, 3> channels{};
  for (std::size_t i = 0; i < 3; ++i) {
    const int high = hexadecimal(text[1 + 2 * i]), low = hexadecimal(text[2 + 2 * i]);
    if (high < 0 || low < 0) return std::nullopt;
    channels[i] = high * 16 + low;
  }
  return Rgb{static_cast<std::uint8_t>(channels[0]), static_cast<std::uint8_t>(channels[1]),
             static_cast<std::uint8_t>(channels[2])};
}

std::string rgb_text(Rgb colour) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02X%02X%02X", colour.red, colour.green, colour.blue);
  return text;
}

PlotInk plot_ink(Theme theme) {
  if (theme == Theme::Dark) {
    return {{0x15, 0x18, 0x1B}, {0xE6, 0xE8, 0xEA}, {0xA3, 0xAB, 0xB3}, {0x2A, 0x2F, 0x35}, {0x6C, 0xA8, 0xE8}};
  }
  return {{0xFF, 0xFF, 0xFF}, {0x1B, 0x1F, 0x24}, {0x57, 0x60, 0x6A}, {0xE6, 0xE9, 0xEC}, {0x2F, 0x6F, 0xB2}};
}

Rgb method_colour(std::string_view method, Theme theme) {
  for (const MethodInk& ink : kMethods) {
    if (ink.method == method) return theme == Theme::Dark ? ink.dark : ink.light;
  }
  std::size_t sum = 0;
  for (const char letter : method) sum = sum * 31 + static_cast<unsigned char>(letter);
  return kOthers[sum % kOthers.size()];
}

Rgb line_colour(const LineStyle& style, Theme theme) {
  const Rgb own = style.colour.value_or(method_colour(style.method, theme));
  if (style.variation <= 0 || style.num_variations <= 1) return own;
  // Alternately lighter and darker, further away with each pair: neighbours in the order differ most.
  constexpr Rgb kWhite{255, 255, 255}, kBlack{0, 0, 0};
  const int num_pairs = style.num_variations / 2;
  const double reach = std::min(1.0, static_cast<double>((style.variation + 1) / 2) / num_pairs);
  const bool lighter = style.variation % 2 == 1;
  const double furthest = std::min(0.55, 0.30 + 0.05 * num_pairs);
  return mixed(own, lighter ? kWhite : kBlack, furthest * reach);
}

Rgb readable(Rgb colour, Rgb ground) {
  const Rgb end = luminance(ground) > 0.18 ? Rgb{0, 0, 0} : Rgb{255, 255, 255};
  for (int percent = 0; percent < 100; percent += 5) {
    const Rgb candidate = mixed(colour, end, percent / 100.0);
    if (contrast(candidate, ground) >= 4.5) return candidate;
  }
  return end;
}

std::vector<double> dash_pattern(const LineStyle& style) {
  static const std::vector<double> kPatterns[] = {{}, {4, 2}, {1, 2}, {5, 2, 1, 2}, {8, 3}, {5, 2, 1, 2, 1, 2}};
  if (style.role == Role::Raw) return {};
  if (style.dash >= 0) return kPatterns[static_cast<std::size_t>(style.dash) % std::size(kPatterns)];
  if (style.method == "base") return {1, 2};
  if (style.method == "ft") return {};
  if (style.method == "lora") return {4, 2};
  if (style.method == "xlora") return {5, 2, 1, 2};
  return {8, 3};
}

double line_width(Role role) {
  return role == Role::Main ? 2.0 : 1.0;
}

double line_opacity(Role role) {
  switch (role) {
    case Role::Main:
      return 1.0;
    case Role::Raw:
      return 0.35;
    case Role::Single:
      return 0.5;
  }
  return 1.0;
}

}  // namespace lorascope::figures
