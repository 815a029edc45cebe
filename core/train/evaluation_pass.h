#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/data/feature.h"
#include "core/tasks/task_model.h"
#include "core/train/evaluator.h"

namespace lorascope::train {

/// The rows of each batch that is computed: [batches][rows], every row once.
std::vector<std::vector<std::size_t>> evaluation_batches(std::span<const std::int64_t> row_lengths,
                                                         const EvaluationOptions& options);

/// Takes what the model says about the rows of one batch, in the batch's order.
using EvaluationSink = std::function<void(std::span<const std::size_t> rows, const tasks::Batch&, const tasks::Output&)>;

/// Passes all rows through the model and counts them in `evaluation`. False if `progress` abandoned it.
bool evaluate_rows(tasks::TaskModel& model, std::span<const data::Feature> features, const EvaluationOptions& options,
                   const EvaluationProgress& progress, const EvaluationSink& sink, Evaluation& evaluation);

/// The terms of a row's loss: their sum and how many there are.
struct LossTerms {
  double sum = 0.0;
  std::int64_t count = 0;

  double mean() const;  ///< NaN without terms
};

/// Σ (mean over the terms of a batch · rows of the batch) / rows, over batches of consecutive rows.
double loss_of_batches(std::span<const LossTerms> rows, int batch_size);

}  // namespace lorascope::train
