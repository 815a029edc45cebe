#include <array>
#include <charconv>
#include <cmath>

#include "core/figures/render.h"

namespace lorascope::figures {
namespace {

// Hundredths of a point are finer than any screen or printer; the decimal point is one in every locale.
std::string number(double value) {
  const double rounded = std::round(value * 100) / 100;
  std::array<char, 40> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), rounded == 0 ? 0.0 : rounded);
  return {buffer.data(), result.ptr};
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        // XML 1.0 knows no other control characters.
        if (static_cast<unsigned char>(letter) >= 0x20 || letter == '\n' || letter == '\t') result += letter;
    }
  }
  return result;
}

std::string clip_attribute(bool clipped) {
  return clipped ? " clip-path=\"url(#plot)\"" : "";
}

std::string opacity_attribute(double opacity) {
  return opacity < 1 ? " opacity=\"" + number(opacity) + "\"" : "";
}

void draw(const DrawnPath& path, std::string& svg) {
  if (path.points.empty()) return;
  svg += "<path d=\"";
  char command = 'M';
  for (const Point& point : path.points) {
    svg += command + number(point.x) + " " + number(point.y);
    command = 'L';
  }
  if (path.points.size() == 1) svg += "h0";
  if (path.filled) {
    svg += "Z\" fill=\"" + rgb_text(path.colour) + "\"";
  } else {
    svg += "\" fill=\"none\" stroke=\"" + rgb_text(path.colour) + "\" stroke-width=\"" + number(path.width) + "\"";
    if (path.points.size() == 1) svg += " stroke-linecap=\"round\"";
    if (!path.dashes.empty()) {
      svg += " stroke-dasharray=\"";
      for (std::size_t i = 0; i < path.dashes.size(); ++i) svg += (i > 0 ? "," : "") + number(path.dashes[i]);
      svg += "\"";
    }
  }
  svg += opacity_attribute(path.opacity) + clip_attribute(path.clipped) + "/>\n";
}

void draw(const DrawnDots& dots, std::string& svg) {
  if (dots.points.empty()) return;
  svg += "<g fill=\"" + rgb_text(dots.colour) + "\"" + opacity_attribute(dots.opacity) + clip_attribute(dots.clipped) +
         ">\n";
  for (const Point& point : dots.points) {
    svg += "<circle cx=\"" + number(point.x) + "\" cy=\"" + number(point.y) + "\" r=\"" + number(dots.diameter / 2) +
           "\"/>\n";
  }
  svg += "</g>\n";
}

void draw(const DrawnText& text, std::string& svg) {
  if (text.text.empty()) return;
  const std::string x = number(text.at.x), y = number(text.at.y);
  svg += "<text x=\"" + x + "\" y=\"" + y + "\" font-size=\"" + number(text.size) + "\" fill=\"" +
         rgb_text(text.colour) + "\"";
  if (text.bold) svg += " font-weight=\"bold\"";
  if (text.anchor == Anchor::Middle) svg += " text-anchor=\"middle\"";
  if (text.anchor == Anchor::End) svg += " text-anchor=\"end\"";
  if (text.upwards) svg += " transform=\"rotate(-90 " + x + " " + y + ")\"";
  svg += ">" + escaped(text.text) + "</text>\n";
}

}  // namespace

// Text stays text: it can be searched, edited and read aloud. Anchors are kept, so that another font moves nothing far.
std::string render_svg(const Drawing& drawing) {
  constexpr double kCmPerPoint = 2.54 / 72;
  const Box& plot = drawing.plot;
  std::string svg = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
                    number(drawing.width * kCmPerPoint) + "cm\" height=\"" + number(drawing.height * kCmPerPoint) +
                    "cm\" viewBox=\"0 0 " + number(drawing.width) + " " + number(drawing.height) +
                    "\" role=\"img\" font-family=\"" + escaped(drawing.font_family) +
                    "\" stroke-linejoin=\"round\">\n<title>" + escaped(drawing.title) + "</title>\n<desc>" +
                    escaped(drawing.description) + "</desc>\n<clipPath id=\"plot\"><rect x=\"" + number(plot.left - 1) +
                    "\" y=\"" + number(plot.top - 1) + "\" width=\"" + number(plot.width() + 2) + "\" height=\"" +
                    number(plot.height() + 2) + "\"/></clipPath>\n<rect width=\"100%\" height=\"100%\" fill=\"" +
                    rgb_text(drawing.ground) + "\"/>\n";
  for (const DrawnShape& shape : drawing.shapes) {
    std::visit([&svg](const auto& one) { draw(one, svg); }, shape);
  }
  return svg + "</svg>\n";
}

}  // namespace lorascope::figures
