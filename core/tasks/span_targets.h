#pragma once

#include <cstdint>
#include <vector>

#include "core/tasks/batch.h"
#include "core/tasks/task_model.h"

namespace lorascope::tasks {

/// What the two softmaxes of every row of a span batch run over and aim at.
struct SpanTargets {
  struct Row {
    std::int64_t first = 0;    ///< the row's first token
    std::int64_t classes = 0;  ///< its tokens that take part, from the first on
    std::int64_t start = -1;   ///< counted from the first token; -1: not in the loss
    std::int64_t end = -1;
  };
  std::vector<Row> rows;
  std::int64_t num_starts = 0, num_ends = 0;  ///< that are in the loss
};

/// A position below 0 becomes 0; one that no token of the row's softmax stands at is left out ([transformers]
/// ForQuestionAnswering). No rows where the batch has no labels.
SpanTargets span_targets(const Batch& batch, SpanLoss loss);

}  // namespace lorascope::tasks
