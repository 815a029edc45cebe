#pragma once

#include <cstddef>
#include <cstdint>

/// The generated tables behind unicode.h (see make_tables.py). All are sorted by code point.
namespace lorascope::text::tables {

struct CodeRange {
  std::uint32_t first, last;
};
struct CombiningRange {
  std::uint32_t first, last;
  std::uint8_t combining_class;
};
struct Decomposition {
  std::uint32_t code, first, second;  // second = 0: one code point
};
struct LowerRange {
  std::uint32_t first, last, step;
  std::int32_t difference;
};

extern const CodeRange kRemoved[], kWhitespace[], kPunctuation[], kNonspacingMarks[], kWord[];
extern const std::size_t kRemovedCount, kWhitespaceCount, kPunctuationCount, kNonspacingMarksCount, kWordCount;
extern const CombiningRange kCombining[];
extern const std::size_t kCombiningCount;
extern const Decomposition kDecompositions[];
extern const std::size_t kDecompositionsCount;
extern const LowerRange kLower[];
extern const std::size_t kLowerCount;

}  // namespace lorascope::text::tables
