#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lorascope::text {

/// The original's "BertNormalizer".
struct NormalizerOptions {
  bool clean_text = true;             ///< drop control characters, make all whitespace U+0020
  bool handle_chinese_chars = true;   ///< spaces around ideographs
  std::optional<bool> strip_accents;  ///< NFD, then drop marks; not set = as lowercase
  bool lowercase = true;

  bool strips_accents() const { return strip_accents.value_or(lowercase); }
  bool operator==(const NormalizerOptions&) const = default;
};

/// Code points with the place each one came from: an inserted one has the place of the one before it.
struct NormalizedText {
  std::u32string codes;
  std::vector<std::pair<int, int>> origins;  ///< [begin, end) in code points of the original text
};

/// clean, ideographs, accents, lower case, in this order. `first` is the place of text[0] in the original text.
NormalizedText normalize(std::u32string_view text, int first, const NormalizerOptions& options);

}  // namespace lorascope::text
