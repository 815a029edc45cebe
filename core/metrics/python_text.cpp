#include "core/metrics/python_text.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "core/metrics/python_tables.h"

namespace lorascope::metrics {
namespace {

constexpr char32_t kSigma = 0x3A3, kSmallSigma = 0x3C3, kFinalSigma = 0x3C2;

template <typename Range>
const Range* find_range(std::span<const Range> ranges, char32_t code) {
  const auto next = std::upper_bound(ranges.begin(), ranges.end(), code,
                                     [](char32_t value, const Range& range) { return value < range.first; });
  if (next == ranges.begin() || (next - 1)->last < code) return nullptr;
  return &*(next - 1);
}

bool holds(const tables::CodeRange* ranges, std::size_t count, char32_t code) {
  return find_range(std::span(ranges, count), code) != nullptr;
}

bool is_cased(char32_t code) {
  return holds(tables::kCased, tables::kCasedCount, code);
}

bool is_ignorable(char32_t code) {
  return holds(tables::kIgnorable, tables::kIgnorableCount, code);
}

// A cased letter before it and none behind it, whatever is ignorable left out.
bool is_final_sigma(std::u32string_view text, std::size_t place) {
  std::size_t before = place;
  while (before > 0 && is_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = place + 1;
  while (after < text.size() && is_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

}  // namespace

std::u32string python_lower(std::u32string_view text) {
  std::u32string lower;
  lower.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t code = text[i];
    if (code < 0x80) {
      lower.push_back(code >= U'A' && code <= U'Z' ? code + 32 : code);
    } else if (code == kSigma) {
      lower.push_back(is_final_sigma(text, i) ? kFinalSigma : kSmallSigma);
    } else if (code == 0x130) {
      lower.append(U"i\u0307");
    } else {
      const auto* range = find_range(std::span(tables::kLower, tables::kLowerCount), code);
      const bool changes = range != nullptr && (code - range->first) % range->step == 0;
      lower.push_back(changes ? static_cast<char32_t>(static_cast<std::int32_t>(code) + range->difference) : code);
    }
  }
  return lower;
}

bool is_python_word(char32_t code) {
  return holds(tables::kWord, tables::kWordCount, code);
}

bool is_python_space(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
         code == 0x205F || code == 0x3000;
}

}  // namespace lorascope::metrics
