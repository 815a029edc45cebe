#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/metrics/span_answers.h"

namespace lorascope::tasks {
class TaskModel;
}

namespace lorascope::train {

/// Told after every batch how many rows of how many are done; false abandons the evaluation.
using EvaluationProgress = std::function<bool(std::int64_t rows_done, std::int64_t rows)>;

/// What a model says about one split. Of the three kinds of predictions only that of the task is filled.
struct Evaluation {
  std::map<std::string, double> scores;  ///< "loss" and the task's scores under their golden names
  /// Tokens: label id of every position [S] of every feature, in the order of the features.
  std::vector<std::vector<std::int32_t>> guesses;
  std::vector<metrics::SpanAnswer> answers;        ///< spans: one a question; without candidates where it has no window
  std::vector<std::vector<float>> choice_scores;   ///< choices: [rows][C] logits
  std::vector<double> example_losses;              ///< one an example; NaN where nothing is labelled
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
};

/// How an evaluation is computed.
struct EvaluationOptions {
  std::string split = "eval";
  /// Rows of a batch: decides the loss, which is Σ (mean of a batch of consecutive rows · its rows) / rows
  /// (oracle/TRAINING.md, finding 13), however the rows were put together to be computed.
  int batch_size = 16;
  /// Rows of similar length are computed together, as many as make a large batch. Otherwise exactly the batches of
  /// `batch_size` consecutive rows: what losses that see padding depend on.
  bool by_length = true;
  bool zero_segment_ids = false;
  /// Of each example, by Feature::example, its own adapter as in tasks::Batch::adapters; empty: not known.
  std::vector<std::int64_t> adapters;
};

/// Scores a model on one split of one task.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual const std::string& split() const = 0;
  /// Nothing if `progress` abandoned it.
  virtual std::optional<Evaluation> evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const = 0;
};

}  // namespace lorascope::train
