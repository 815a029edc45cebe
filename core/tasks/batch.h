#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/nn/packed_batch.h"

namespace lorascope::data {
struct Feature;
}

namespace lorascope::tasks {

/// What a head predicts: a label a token (WNUT17), a start and an end (SQuAD), one of several endings (SWAG).
enum class TaskKind { Tokens, Spans, Choices };

/// The kind of a task by its name on the command line: "wnut17", "squad", "swag". Throws UsageError.
TaskKind task_kind(std::string_view task);

/// Inputs and labels of one (micro-)batch. B counts encoder rows: features, for choices one a choice.
struct Batch {
  nn::PackedBatch tokens;
  std::vector<std::int64_t> labels;           ///< Tokens: [T]. Choices: [B / choices]. -100 ignored, empty: none
  std::vector<std::int64_t> start_positions;  ///< Spans: [B], columns of the padded row; empty: no labels
  std::vector<std::int64_t> end_positions;    ///< Spans: [B]
  std::int64_t choices = 1;                   ///< Choices: consecutive sequences that belong to one example
  /// [B] each sequence's own adapter, -1 for none, for mixtures that ask for it; empty: not known.
  std::vector<std::int64_t> adapters;

  /// Rows as the original trainer counts them: sequences, for choices examples.
  std::int64_t num_rows() const { return tokens.num_sequences() / choices; }
};

struct BatchOptions {
  /// Every segment id becomes 0, as PEFT's question-answering wrapper does ([PEFT] QUESTION_ANS).
  bool zero_segment_ids = false;
};

/// Features of one task in the order given; for choices all choices of an example follow each other. Spans have labels
/// where a feature has one: a start below 0 beside others counts as 0, as the originals clamp it. Throws DataError where
/// examples differ in their number of choices.
Batch make_batch(TaskKind kind, std::span<const data::Feature* const> features, const BatchOptions& options = {});

}  // namespace lorascope::tasks
