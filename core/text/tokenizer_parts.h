#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/text/added_tokens.h"
#include "core/text/encoding.h"
#include "core/text/normalizer.h"
#include "core/text/template.h"
#include "core/text/vocabulary.h"
#include "core/text/word_piece.h"

namespace lorascope::text {

/// How the quick path treats an ASCII byte.
enum class AsciiClass : std::uint8_t { Letter, Sign, Space, Removed };

/// All that a tokenizer holds; filled once by the loaders, then constant.
struct TokenizerParts {
  Vocabulary vocabulary;
  std::vector<AddedToken> added_tokens;  ///< as loaded
  AddedTokenMatcher raw_matcher;         ///< those looked for before normalisation
  AddedTokenMatcher normalized_matcher;  ///< … after it
  NormalizerOptions normalizer;
  WordPieceOptions word_piece;
  Template single, pair;
  std::int32_t pad_id = 0;
  std::int32_t num_ids = 0;
  std::optional<int> model_max_length;
  std::vector<std::string> warnings;

  std::array<AsciiClass, 128> ascii_classes{};
  std::array<char, 128> ascii_lower{};

  /// Fills what follows from the fields above: matchers, ASCII tables, num_ids.
  void finish();
};

/// The tokens of a text; with `naive` every part goes through the general normaliser (the twin that tests compare
/// with).
Pieces text_pieces(const TokenizerParts& parts, std::string_view text, bool split_special_tokens, bool naive = false);

}  // namespace lorascope::text
