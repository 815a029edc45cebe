#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace lorascope::text {

/// The tokens of one text or of one list of words, before truncation and without special tokens of a template.
struct Pieces {
  std::vector<std::int32_t> ids;
  std::vector<std::pair<int, int>> offsets;  ///< code points [begin, end) of the text, or of the given word
  std::vector<std::int32_t> word_ids;        ///< running pre-token, or the given word

  std::size_t size() const { return ids.size(); }
};

/// One window as the tokenizer of the originals gives it; all vectors have the same length.
struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;        ///< 0 first sequence, 1 second
  std::vector<std::pair<int, int>> offsets;  ///< code points [begin, end) of the token's own sequence; specials (0, 0)
  std::vector<std::int32_t> word_ids;        ///< -1 for special tokens of the template
  std::vector<std::int32_t> sequence_ids;    ///< 0 or 1; -1 for special tokens of the template
  std::vector<std::int32_t> special_tokens_mask;

  std::size_t size() const { return ids.size(); }
};

enum class Truncation { None, LongestFirst, OnlyFirst, OnlySecond };

/// The arguments of one call, as in transformers.
struct EncodeOptions {
  bool add_special_tokens = true;
  Truncation truncation = Truncation::None;
  int max_length = 0;                 ///< special tokens included; 0 = no limit
  int stride = 0;                     ///< tokens that neighbouring windows share
  bool overflow = false;              ///< all windows instead of the first
  bool split_special_tokens = false;  ///< special tokens inside the text are plain text
};

}  // namespace lorascope::text
