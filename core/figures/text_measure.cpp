#include "core/figures/text_measure.h"

#include <cairo.h>

#include <array>

namespace lorascope::figures {
namespace {

struct Superscript {
  std::string_view raised, plain;
};
constexpr std::array<Superscript, 11> kSuperscripts = {{{"⁻", "−"},
                                                        {"⁰", "0"},
                                                        {"¹", "1"},
                                                        {"²", "2"},
                                                        {"³", "3"},
                                                        {"⁴", "4"},
                                                        {"⁵", "5"},
                                                        {"⁶", "6"},
                                                        {"⁷", "7"},
                                                        {"⁸", "8"},
                                                        {"⁹", "9"}}};

std::size_t letter_size(char first_byte) {
  const auto byte = static_cast<unsigned char>(first_byte);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// Whether the bytes are one letter of UTF-8 (Unicode 3.9, table 3-7).
bool is_letter(std::string_view bytes) {
  const auto byte = [bytes](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[at])); };
  const unsigned lead = byte(0);
  if (bytes.size() != letter_size(bytes[0]) || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4) return false;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    if ((byte(i) & 0xC0) != 0x80) return false;
  }
  const unsigned second = bytes.size() > 1 ? byte(1) : 0x80;
  return !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F) && !(lead == 0xF0 && second < 0x90) &&
         !(lead == 0xF4 && second > 0x8F);
}

std::vector<std::string_view> letters_of(std::string_view text) {
  std::vector<std::string_view> letters;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view letter = text.substr(at, letter_size(text[at]));
    letters.push_back(letter);
    at += letter.size();
  }
  return letters;
}

std::string joined(const std::vector<std::string_view>& letters, std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t i = from; i < to; ++i) text += letters[i];
  return text;
}

}  // namespace

std::string drawable_text(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view letter = text.substr(at, letter_size(text[at]));
    if (!is_letter(letter)) {
      result += "\uFFFD";
      ++at;
      continue;
    }
    const auto first = static_cast<unsigned char>(letter[0]);
    result += first < 0x20 || first == 0x7F ? " " : letter;
    at += letter.size();
  }
  return result;
}

std::vector<std::pair<std::string, bool>> text_runs(std::string_view text) {
  std::vector<std::pair<std::string, bool>> runs;
  for (const std::string_view letter : letters_of(text)) {
    std::string_view shown = letter;
    bool raised = false;
    for (const Superscript& entry : kSuperscripts) {
      if (entry.raised != letter) continue;
      shown = entry.plain;
      raised = true;
    }
    if (runs.empty() || runs.back().second != raised) runs.emplace_back("", raised);
    runs.back().first += shown;
  }
  return runs;
}

struct TextMeasure::Context {
  cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
  cairo_t* cairo = cairo_create(surface);

  Context() {
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
  }
  ~Context() {
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

TextMeasure::TextMeasure(std::string font_family)
    : font_family_(std::move(font_family)), context_(std::make_unique<Context>()) {}

TextMeasure::~TextMeasure() = default;

double TextMeasure::width(std::string_view raw, double size, bool bold) const {
  cairo_select_font_face(context_->cairo, font_family_.c_str(), CAIRO_FONT_SLANT_NORMAL,
                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  double width = 0;
  for (const auto& [run, raised] : text_runs(drawable_text(raw))) {
    cairo_set_font_size(context_->cairo, raised ? size * kRaisedSize : size);
    cairo_text_extents_t extents;
    cairo_text_extents(context_->cairo, run.c_str(), &extents);
    width += extents.x_advance;
  }
  return width;
}

std::string TextMeasure::shortened(const std::string& text, double size, double max_width, bool bold) const {
  if (width(text, size, bold) <= max_width) return text;
  const std::vector<std::string_view> letters = letters_of(text);
  // Runs of a study often differ at the end of their names: the end stays.
  for (std::size_t kept = letters.size() - 1; kept > 1; --kept) {
    const std::size_t tail = kept / 2;
    const std::string candidate =
        joined(letters, 0, kept - tail) + "…" + joined(letters, letters.size() - tail, letters.size());
    if (width(candidate, size, bold) <= max_width) return candidate;
  }
  return width("…", size, bold) <= max_width ? "…" : "";
}

DrawnText TextMeasure::place(Part part, const std::string& text, Point at, double size, Rgb colour, Anchor anchor,
                             bool bold, bool upwards) const {
  DrawnText drawn{part, drawable_text(text), at, size, colour, bold, anchor, upwards, {}};
  const double extent = width(drawn.text, size, bold);
  const double before = anchor == Anchor::Start ? 0 : anchor == Anchor::Middle ? extent / 2 : extent;
  if (upwards) {
    drawn.box = {at.x - size * kAscent, at.y - extent + before, at.x + size * kDescent, at.y + before};
  } else {
    drawn.box = {at.x - before, at.y - size * kAscent, at.x - before + extent, at.y + size * kDescent};
  }
  return drawn;
}

}  // namespace lorascope::figures
