#pragma once

#include <cstdint>

#include "core/train/training_options.h"

namespace lorascope::train {

/// How many batches and optimiser steps a training has (oracle/TRAINING.md, findings 2, 3 and 6).
struct StepPlan {
  std::int64_t rows = 0;
  std::int64_t batches_per_epoch = 0;  ///< ceil(rows / batch_size): the short last batch is kept
  std::int64_t steps_per_epoch = 0;    ///< ceil(batches / accumulate): the remainder is a step of its own
  std::int64_t total_steps = 0;        ///< max_steps, or ceil(epochs * steps_per_epoch)

  /// Throws UsageError if a count or ratio is out of its range, and DataError if there are no rows.
  static StepPlan make(std::int64_t rows, const TrainingOptions& options);
};

/// The linear schedule with warm-up (finding 7). W = ceil(total * warmup_ratio); step t = 0, 1, …:
/// rate * t / W for t < W, else rate * (total - t) / (total - W).
class LearningRateSchedule {
 public:
  LearningRateSchedule(double peak_rate, double warmup_ratio, std::int64_t total_steps);

  double rate(std::int64_t step) const;
  std::int64_t warmup_steps() const { return warmup_steps_; }

 private:
  double peak_rate_;
  std::int64_t warmup_steps_;
  std::int64_t total_steps_;
};

}  // namespace lorascope::train
