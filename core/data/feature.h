#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace lorascope::data {

/// One window of tokens as a model sees it, with the labels of its task: special tokens included, no padding. All
/// non-empty token vectors have the same length S.
struct Feature {
  std::int64_t example = 0;  ///< number of the sentence, question or row in its file, from 0
  int choice = 0;            ///< multiple choice: which of the C endings this row holds

  std::vector<std::int32_t> input_ids;       ///< [S]
  std::vector<std::int32_t> token_type_ids;  ///< [S] 0 first sequence, 1 second
  std::vector<std::int32_t> word_ids;        ///< [S] word of the sentence, -1 for special tokens; token tasks only
  std::vector<std::int32_t> labels;          ///< [S] label id, -100 where the loss ignores it; token tasks only

  std::int64_t start_position = -1;  ///< span tasks: token where the answer begins, 0 = no answer in this window
  std::int64_t end_position = -1;    ///< span tasks: token where it ends, inclusive
  std::int64_t label = -1;           ///< multiple choice: the right ending; -1 unknown

  /// [S] span tasks at evaluation: code points [begin, end) in the context, (-1, -1) for all but context tokens.
  std::vector<std::pair<int, int>> offsets;
};

}  // namespace lorascope::data
