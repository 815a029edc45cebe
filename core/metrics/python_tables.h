#pragma once

#include <cstddef>
#include <cstdint>

/// The generated tables behind python_text.h (see make_tables.py). All are sorted by code point.
namespace lorascope::metrics::tables {

struct CodeRange {
  std::uint32_t first, last;
};
struct LowerRange {
  std::uint32_t first, last, step;
  std::int32_t difference;
};

extern const CodeRange kWord[], kCased[], kIgnorable[];
extern const std::size_t kWordCount, kCasedCount, kIgnorableCount;
extern const LowerRange kLower[];
extern const std::size_t kLowerCount;

}  // namespace lorascope::metrics::tables
