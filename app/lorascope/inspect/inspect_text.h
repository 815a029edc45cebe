#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/feature.h"

namespace lorascope::text {
class Tokenizer;
}
namespace lorascope::study {
struct RunSettings;
}

namespace lorascope::app::inspect {

/// What somebody asks about, by task. wnut17: `words`, or a `text` that is split at white space and before and after
/// punctuation at the edges of a word. squad: `question` about the `text`. swag: `text`, the beginning `start` of the
/// next sentence (may be empty), and the `endings`.
struct InspectText {
  std::vector<std::string> words;
  std::string text, question, start;
  std::vector<std::string> endings;

  /// {"text", "words", "question", "start", "endings"}. Throws UsageError for other keys or types.
  static InspectText from_json(const Json& json);
  Json to_json() const;
};

/// A token as people see it.
struct InspectToken {
  std::string text;
  std::int32_t sequence = -1;  ///< number of the text in InspectRow::texts; -1 for special tokens
  int begin = 0, end = 0;      ///< code points [begin, end) of that text
  std::int32_t word = -1;      ///< running word of the row, so that pieces can be put together; -1 for special tokens
};

/// One row of the model's input.
struct InspectRow {
  std::vector<std::string> texts;  ///< one or two, as they were encoded
  std::vector<InspectToken> tokens;
};

/// A text as the model sees it: swag four rows, squad the windows of the text, wnut17 one row.
struct EncodedText {
  std::vector<std::string> words;  ///< wnut17: what the tokens' `word` counts
  std::vector<data::Feature> features;
  std::vector<InspectRow> rows;

  std::int64_t num_tokens() const;
};

/// Throws UsageError where a part that the task needs is missing or empty, text::EncodingError where it does not fit.
EncodedText encode_text(const InspectText& text, const study::RunSettings& settings, const text::Tokenizer& tokenizer,
                        int max_length);

/// Splits a sentence into words as tagging files have them.
std::vector<std::string> split_words(const std::string& text);

}  // namespace lorascope::app::inspect
