#include "core/data/squad.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/data/code_points.h"
#include "core/data/text_lines.h"
#include "core/text/tokenizer.h"

namespace lorascope::data {
namespace {

using text::Encoding;

text::EncodeOptions encode_options(const SpanFeatureOptions& options) {
  text::EncodeOptions result;
  result.max_length = std::max(options.max_length, 0);
  result.truncation = options.max_length > 0 ? text::Truncation::OnlySecond : text::Truncation::None;
  result.stride = options.stride;
  result.overflow = true;
  return result;
}

// What no question can make right is said once, as wrong usage.
void check_options(const text::Tokenizer& tokenizer, const text::EncodeOptions& options) {
  try {
    const text::Pieces nothing;
    tokenizer.assemble(nothing, &nothing, options);
  } catch (const text::EncodingError& error) {
    throw UsageError("cannot cut contexts into windows: " + error.problems().front().to_text(), error.hint());
  }
}

struct TokenRange {
  std::size_t first = 0, last = 0;
  bool is_empty = true;
};

TokenRange context_tokens(const Encoding& encoding) {
  TokenRange range;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    if (encoding.sequence_ids[i] != 1) continue;
    if (std::exchange(range.is_empty, false)) range.first = i;
    range.last = i;
  }
  return range;
}

// run_qa walks on while tokens start at or before the answer; the last [SEP] has offset (0, 0), so the walk may pass
// it.
void set_positions(const Encoding& encoding, const SquadQuestion& question, Feature& feature) {
  feature.start_position = feature.end_position = 0;
  const TokenRange context = context_tokens(encoding);
  if (question.answers.empty() || context.is_empty) return;
  const SquadAnswer& answer = question.answers.front();
  const std::int64_t begin = answer.start, end = begin + CodePoints(answer.text).size();
  const auto& offsets = encoding.offsets;
  if (offsets[context.first].first > begin || offsets[context.last].second < end) return;
  std::size_t start = context.first, stop = context.last + 1;
  while (start < offsets.size() && offsets[start].first <= begin) ++start;
  while (stop > 0 && offsets[stop - 1].second >= end) --stop;
  feature.start_position = static_cast<std::int64_t>(start) - 1;
  feature.end_position = static_cast<std::int64_t>(stop);
}

void set_offsets(Encoding& encoding, Feature& feature) {
  feature.offsets = std::move(encoding.offsets);
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    if (encoding.sequence_ids[i] != 1) feature.offsets[i] = {-1, -1};
  }
}

std::string_view trimmed(std::string_view question, QuestionTrim trim) {
  const std::string_view left = trim_left(question);
  return trim == QuestionTrim::Both ? trim_right(left) : left;
}

Problem too_long(const SquadQuestion& question, const text::EncodingError& error) {
  Problem problem = error.problems().front();
  problem.where = "question " + question.id + " (" + question.place + "): " + problem.where;
  problem.hint = "it is left out; use a larger max_length or a smaller stride";
  return problem;
}

}  // namespace

SpanFeatures make_span_features(std::span<const SquadQuestion> questions, const text::Tokenizer& tokenizer,
                                const SpanFeatureOptions& options) {
  const text::EncodeOptions cut = encode_options(options);
  check_options(tokenizer, cut);
  SpanFeatures result;
  result.features.reserve(questions.size());
  std::unordered_map<std::string_view, text::Pieces> contexts;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const SquadQuestion& question = questions[i];
    const auto [context, is_new] = contexts.try_emplace(question.context);
    if (is_new) context->second = tokenizer.pieces(question.context);
    std::vector<Encoding> windows;
    try {
      windows = tokenizer.assemble(tokenizer.pieces(trimmed(question.question, options.trim)), &context->second, cut);
    } catch (const text::EncodingError& error) {
      result.problems.push_back(too_long(question, error));
      continue;
    }
    for (Encoding& window : windows) {
      Feature feature;
      feature.example = static_cast<std::int64_t>(i);
      if (options.for_training) {
        set_positions(window, question, feature);
      } else {
        set_offsets(window, feature);
      }
      feature.input_ids = std::move(window.ids);
      feature.token_type_ids = std::move(window.type_ids);
      result.features.push_back(std::move(feature));
    }
  }
  return result;
}

}  // namespace lorascope::data
