#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/train/micro_batches.h"
#include "core/train/training_options.h"

namespace lorascope::train {

/// How often each of several tasks is drawn. Proportional: by its number of batches, so that an epoch sees every row
/// once. Uniform: all alike. Temperature: by (number of batches)^(1/T), between the two.
enum class TaskDraw { Proportional, Uniform, Temperature };

/// "proportional", "uniform", "temperature". Throws UsageError.
TaskDraw task_draw_from(std::string_view name);

struct TaskStreamOptions {
  TaskDraw draw = TaskDraw::Proportional;
  double temperature = 2;  ///< above 0; 1 is proportional, large values are uniform
};

/// Batches of several tasks in one order, each batch of one task. An epoch has as many batches as all tasks together;
/// a task that is drawn more often than it has batches begins again in a new order. A pure function of seed and epoch.
class TaskStream {
 public:
  /// `lengths` [tasks][rows]: tokens of each row. Throws DataError for a task without rows, UsageError (temperature).
  TaskStream(std::vector<std::vector<std::int64_t>> lengths, const TrainingOptions& options,
             const TaskStreamOptions& stream);

  std::vector<MicroBatch> batches(std::int64_t epoch) const;
  /// Batches of each task in an epoch: their sum is batches_per_epoch().
  const std::vector<std::int64_t>& counts() const { return counts_; }
  std::int64_t batches_per_epoch() const;

 private:
  std::vector<std::vector<std::int64_t>> lengths_;
  TrainingOptions options_;
  std::vector<std::int64_t> counts_;
};

}  // namespace lorascope::train
