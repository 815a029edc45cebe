#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/data/feature.h"

namespace lorascope::text {
class Tokenizer;
}

namespace lorascope::data {

inline constexpr int kNumEndings = 4;

/// A beginning and its four continuations.
struct SwagRow {
  std::string video_id, fold_ind, gold_source;  ///< carried along; may be empty
  std::string sent1;                            ///< the sentence before
  std::string sent2;                            ///< the beginning of the sentence that the endings continue
  std::array<std::string, kNumEndings> endings;
  int label = -1;        ///< number of the right ending; -1 unknown
  std::size_t line = 0;  ///< line of the file where the row begins, from 1
};

/// Reads rows in any of their layouts, found from the content: CSV "regular" (sent1, sent2, ending0 … ending3, label),
/// CSV "full" (gold-ending, distractor-0 …: the right ending takes place `row mod 4`, the first three distractors fill
/// the others in order), JSON lines or a JSON list with the same keys, or HellaSwag's (ctx_a, ctx_b, endings, label).
/// Columns are found by name. Throws DataError with every problem, its line and column.
std::vector<SwagRow> read_swag(const std::filesystem::path& file);

/// Four consecutive features a row: `[CLS] sent1 [SEP] sent2 + " " + ending [SEP]`, cut at max_length (0 = no limit)
/// from the longer side.
std::vector<Feature> make_choice_features(std::span<const SwagRow> rows, const text::Tokenizer& tokenizer,
                                          int max_length);

/// The rows as CSV in the "regular" layout.
std::string swag_csv(std::span<const SwagRow> rows);

}  // namespace lorascope::data
