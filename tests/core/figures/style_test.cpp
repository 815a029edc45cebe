#include <cmath>
#include <set>

#include "core/figures/plot_style.h"
#include "tests/support/catch.h"

using namespace lorascope::figures;

namespace {

double luminance(Rgb colour) {
  const auto linear = [](int channel) {
    const double value = channel / 255.0;
    return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

double contrast(Rgb a, Rgb b) {
  const double first = luminance(a) + 0.05, second = luminance(b) + 0.05;
  return std::max(first, second) / std::min(first, second);
}

}  // namespace

TEST_CASE("Methods have the colours and dashes of the design", "[figures]") {
  CHECK(rgb_text(method_colour("base", Theme::Light)) == "#7A7F85");
  CHECK(rgb_text(method_colour("ft", Theme::Light)) == "#D55E00");
  CHECK(rgb_text(method_colour("ft", Theme::Dark)) == "#FF8A3D");
  CHECK(rgb_text(method_colour("lora", Theme::Light)) == "#0072B2");
  CHECK(rgb_text(method_colour("lora", Theme::Dark)) == "#4FA8E0");
  CHECK(rgb_text(method_colour("xlora", Theme::Light)) == "#009E73");
  CHECK(rgb_text(method_colour("xlora", Theme::Dark)) == "#3CC49A");
  CHECK(dash_pattern({.method = "ft"}).empty());
  CHECK_FALSE(dash_pattern({.method = "lora"}).empty());
  CHECK(dash_pattern({.method = "xlora"}).size() == 4);
  CHECK(dash_pattern({.method = "lora", .role = Role::Raw}).empty());
}

TEST_CASE("Runs of one method differ in lightness", "[figures]") {
  for (const Theme theme : {Theme::Light, Theme::Dark}) {
    for (const int count : {2, 3, 7, 12}) {
      std::set<std::string> colours;
      for (int i = 0; i < count; ++i) {
        colours.insert(rgb_text(line_colour({.method = "lora", .variation = i, .num_variations = count}, theme)));
      }
      CHECK(colours.size() == static_cast<std::size_t>(count));
    }
    CHECK(line_colour({.method = "lora", .variation = 0, .num_variations = 9}, theme) == method_colour("lora", theme));
  }
}

TEST_CASE("Every name reads on its ground", "[figures]") {
  for (const Theme theme : {Theme::Light, Theme::Dark}) {
    const Rgb ground = plot_ink(theme).ground;
    for (const char* method : {"base", "ft", "lora", "xlora", "cat", "linear", "ties"}) {
      for (int i = 0; i < 8; ++i) {
        const Rgb colour = line_colour({.method = method, .variation = i, .num_variations = 8}, theme);
        CHECK(contrast(readable(colour, ground), ground) >= 4.5);
      }
    }
    CHECK(contrast(plot_ink(theme).text, ground) >= 4.5);
    CHECK(contrast(plot_ink(theme).secondary, ground) >= 4.5);
  }
}

TEST_CASE("Colours are read from text and written back", "[figures]") {
  CHECK(rgb_from_text("#d55e00") == Rgb{0xD5, 0x5E, 0x00});
  for (const char* bad : {"", "#12345", "123456", "#12345g", "#1234567", "red"}) CHECK_FALSE(rgb_from_text(bad));
}
