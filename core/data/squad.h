#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/data/feature.h"

namespace lorascope::text {
class Tokenizer;
}

namespace lorascope::data {

/// A right answer: a part of the context.
struct SquadAnswer {
  std::string text;
  std::int64_t start = 0;  ///< where it begins in the context, in code points

  bool operator==(const SquadAnswer&) const = default;
};

/// A question about a passage. No answers: v2's unanswerable questions, or a test file. As in the originals, answers
/// decide and not `impossible`, which only says what the file said.
struct SquadQuestion {
  std::string id, title, context, question;
  std::vector<SquadAnswer> answers;
  bool impossible = false;
  std::string place;  ///< where it stands, for messages: "data[0].paragraphs[3].qas[1]", "line 12", "row 7"
};

struct SquadData {
  std::vector<SquadQuestion> questions;
  /// Scored as version 2: a question carries `is_impossible`, or some, but not all, have no answers.
  bool is_v2 = false;
};

/// Reads questions in any of their layouts, found from the content: the official JSON of v1.1 and v2, JSON lines or a
/// JSON list of rows {id, title, context, question, answers {text [], answer_start []}}, and {"data": [rows]}. Throws
/// DataError with every problem, its place and key: not JSON, missing or wrong keys, answers that do not lie where they
/// say, repeated ids, no question at all.
SquadData read_squad(const std::filesystem::path& file);

enum class QuestionTrim { Left, Both };  ///< of white space: as run_qa does, or as the documentation's guide does

struct SpanFeatureOptions {
  int max_length = 384;       ///< tokens of a window, special ones included; 0 = no limit, one window each
  int stride = 128;           ///< context tokens that neighbouring windows share
  bool for_training = false;  ///< start and end positions instead of offsets
  QuestionTrim trim = QuestionTrim::Left;
};

/// Features of questions in their order; the windows of a question follow one another and share `example`, the number
/// of the question. Questions that leave no room for their context have no feature and a problem each.
struct SpanFeatures {
  std::vector<Feature> features;
  std::vector<Problem> problems;
};

/// `[CLS] question [SEP] window of the context [SEP]`. Training: the first answer's tokens in every window that holds
/// all of it, else 0 and 0, by the walk of run_qa (which may end on the last [SEP], see TASKS.md 0.4). Evaluation:
/// offsets. Each distinct context is tokenised once. Throws UsageError where no question could fit (max_length,
/// stride).
SpanFeatures make_span_features(std::span<const SquadQuestion> questions, const text::Tokenizer& tokenizer,
                                const SpanFeatureOptions& options);

/// The official JSON layout (v2.0 where is_v2) of questions; neighbours with equal titles and contexts are grouped.
std::string squad_json(std::span<const SquadQuestion> questions, bool is_v2);

}  // namespace lorascope::data
