#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/figures/drawing.h"

namespace lorascope::figures {

/// Widths of texts in a font, as all renderers draw them: unhinted, the same at every resolution.
class TextMeasure {
 public:
  explicit TextMeasure(std::string font_family);
  ~TextMeasure();
  TextMeasure(const TextMeasure&) = delete;
  TextMeasure& operator=(const TextMeasure&) = delete;

  const std::string& font_family() const { return font_family_; }
  double width(std::string_view text, double size, bool bold = false) const;

  /// The text, or as much of its start and end as fits, with "…" between them.
  std::string shortened(const std::string& text, double size, double max_width, bool bold = false) const;

  /// A text with its box.
  DrawnText place(Part part, const std::string& text, Point at, double size, Rgb colour, Anchor anchor = Anchor::Start,
                  bool bold = false, bool upwards = false) const;

 private:
  struct Context;
  std::string font_family_;
  std::unique_ptr<Context> context_;
};

/// Distance from the baseline up to the box's top and down to its bottom, as shares of the font size.
inline constexpr double kAscent = 0.80, kDescent = 0.24;
/// From the baseline to the middle of digits and capitals.
inline constexpr double kMiddle = 0.36;

/// The text with control characters as spaces and bytes that are no UTF-8 as "�": names come from users, and Cairo and
/// XML accept nothing else.
std::string drawable_text(std::string_view text);

/// Superscript digits and minus signs are drawn as raised small figures, since not every font has them: "10⁻³" is
/// {"10", false}, {"−3", true}.
std::vector<std::pair<std::string, bool>> text_runs(std::string_view text);
inline constexpr double kRaisedSize = 0.72, kRaisedBy = 0.36;

}  // namespace lorascope::figures
