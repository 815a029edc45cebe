#pragma once

#include <cstddef>
#include <vector>

#include "core/text/encoding.h"

namespace lorascope::text {

/// Tokens [begin, end) of one sequence.
struct Window {
  std::size_t begin = 0, end = 0;
};

/// The windows of both sequences: the first of each is what truncation keeps, the others overflow. `second` is empty
/// where there is no second sequence.
struct WindowPlan {
  std::vector<Window> first, second;
};

/// Lengths of the sequences and of the special tokens that the template adds to them.
struct SequenceLengths {
  std::size_t first = 0;
  std::size_t second = 0;
  bool has_second = false;
  std::size_t num_special = 0;         ///< in the template used, 0 without special tokens
  std::size_t num_special_single = 0;  ///< in the template of one sequence, whatever is used
};

/// Cuts as the original does. Budget M = max_length - num_special. only_first and only_second cut their side alone;
/// longest_first gives the shorter side at most M/2 in the original's closed form. Windows of a side cut to K tokens
/// begin at 0, K - stride, 2 (K - stride), …, the last may be short. Throws EncodingError: stride above max_length
/// minus the special tokens; stride >= K where something is cut; a side too short for the cut; no second sequence.
WindowPlan plan_windows(const SequenceLengths& lengths, const EncodeOptions& options);

}  // namespace lorascope::text
