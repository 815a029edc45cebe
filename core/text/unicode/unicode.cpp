#include "core/text/unicode/unicode.h"

#include <algorithm>
#include <vector>

#include "core/text/unicode/tables.h"

namespace lorascope::text {
namespace {

constexpr char32_t kLimit = 0x110000;
constexpr char32_t kHangulFirst = 0xAC00, kHangulLast = 0xD7A3;
constexpr char32_t kCapitalIWithDot = 0x130;

// U+2B820 to U+2B91F are missing in the original, and so they are here.
constexpr tables::CodeRange kIdeographs[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                                             {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F},
                                             {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};

void mark(std::vector<std::uint8_t>& flags, std::uint32_t first, std::uint32_t last, CodeFlag flag) {
  for (std::uint32_t code = first; code <= last; ++code) flags[code] |= flag;
}

void mark_ranges(std::vector<std::uint8_t>& flags, const tables::CodeRange* ranges, std::size_t count, CodeFlag flag) {
  for (std::size_t i = 0; i < count; ++i) mark(flags, ranges[i].first, ranges[i].last, flag);
}

// One byte a code point: only the pages that a text touches are ever in the cache.
std::vector<std::uint8_t> make_flags() {
  std::vector<std::uint8_t> flags(kLimit);
  mark_ranges(flags, tables::kRemoved, tables::kRemovedCount, kIsRemoved);
  mark_ranges(flags, tables::kWhitespace, tables::kWhitespaceCount, kIsWhitespace);
  mark_ranges(flags, tables::kPunctuation, tables::kPunctuationCount, kIsPunctuation);
  mark_ranges(flags, tables::kNonspacingMarks, tables::kNonspacingMarksCount, kIsMark);
  mark_ranges(flags, kIdeographs, std::size(kIdeographs), kIsIdeograph);
  for (std::size_t i = 0; i < tables::kDecompositionsCount; ++i) flags[tables::kDecompositions[i].code] |= kDecomposes;
  mark(flags, kHangulFirst, kHangulLast, kDecomposes);
  for (std::size_t i = 0; i < tables::kCombiningCount; ++i) {
    mark(flags, tables::kCombining[i].first, tables::kCombining[i].last, kCombines);
  }
  for (std::size_t i = 0; i < tables::kLowerCount; ++i) {
    const tables::LowerRange& range = tables::kLower[i];
    for (std::uint32_t code = range.first; code <= range.last; code += range.step) flags[code] |= kHasLower;
  }
  flags[kCapitalIWithDot] |= kHasLower;
  return flags;
}

template <typename Range>
const Range* find_range(const Range* ranges, std::size_t count, std::uint32_t code) {
  const Range* end = ranges + count;
  const Range* found =
      std::lower_bound(ranges, end, code, [](const Range& range, std::uint32_t value) { return range.last < value; });
  return found != end && found->first <= code ? found : nullptr;
}

void append_hangul(char32_t code, std::u32string& out) {
  const char32_t index = code - kHangulFirst;
  out.push_back(0x1100 + index / 588);
  out.push_back(0x1161 + index % 588 / 28);
  if (index % 28 != 0) out.push_back(0x11A7 + index % 28);
}

}  // namespace

std::uint8_t code_flags(char32_t code) {
  static const std::vector<std::uint8_t> flags = make_flags();
  return code < kLimit ? flags[code] : 0;
}

bool is_word_character(char32_t code) {
  return find_range(tables::kWord, tables::kWordCount, code) != nullptr;
}

std::uint8_t combining_class(char32_t code) {
  const tables::CombiningRange* range = find_range(tables::kCombining, tables::kCombiningCount, code);
  return range != nullptr ? range->combining_class : 0;
}

void append_decomposition(char32_t code, std::u32string& out) {
  if ((code_flags(code) & kDecomposes) == 0) {
    out.push_back(code);
  } else if (code >= kHangulFirst && code <= kHangulLast) {
    append_hangul(code, out);
  } else {
    const tables::Decomposition* end = tables::kDecompositions + tables::kDecompositionsCount;
    const tables::Decomposition* found =
        std::lower_bound(tables::kDecompositions, end, code,
                         [](const tables::Decomposition& entry, char32_t value) { return entry.code < value; });
    append_decomposition(found->first, out);
    if (found->second != 0) append_decomposition(found->second, out);
  }
}

LowerCase lower_case(char32_t code) {
  if ((code_flags(code) & kHasLower) == 0) return {code, 0};
  if (code == kCapitalIWithDot) return {U'i', 0x307};
  const tables::LowerRange* range = find_range(tables::kLower, tables::kLowerCount, code);
  return {static_cast<char32_t>(static_cast<std::int64_t>(code) + range->difference), 0};
}

}  // namespace lorascope::text
