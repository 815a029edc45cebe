#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/data/feature.h"
#include "core/train/checkpoint.h"
#include "core/train/training_observer.h"
#include "core/train/training_options.h"

namespace lorascope::tasks {
class TaskModel;
}  // namespace lorascope::tasks

namespace lorascope::train {

/// Rows of one task whose loss is computed at once.
struct MicroBatch {
  std::size_t task = 0;
  std::vector<std::int64_t> rows;
};

/// The micro-batches of each optimiser step of an epoch: `accumulate` after another, what is left is a step of its own.
std::vector<std::vector<MicroBatch>> steps_of(std::vector<MicroBatch> batches, int accumulate);

/// Computes the gradients of optimiser steps, of one task or several: weighs the micro-batches of a step, and halves
/// them where memory runs out, from then on and without changing what is learnt.
class MicroBatches {
 public:
  struct Task {
    tasks::TaskModel* model = nullptr;
    std::span<const data::Feature> features;  ///< the choices of one example follow each other
    bool zero_segment_ids = false;
  };
  /// `options` and `state` must outlive it; of the state the draws are counted and the parts are kept.
  MicroBatches(std::vector<Task> tasks, const TrainingOptions& options, TrainingState& state);

  std::int64_t num_rows(std::size_t task) const;
  /// Tokens of the longest feature of each row.
  std::vector<std::int64_t> row_lengths(std::size_t task) const;

  /// Leaves the step's gradients in the models and says its losses, rows and tokens. The observer is shown the very
  /// first micro-batch, and whose it is.
  StepReport run(const std::vector<MicroBatch>& step, TrainingObserver& observer);

 private:
  void zero_gradients(const std::vector<MicroBatch>& step);
  /// A micro-batch, in as many parts as memory asks for.
  double run_batch(const MicroBatch& batch, double weight, StepReport& report);
  /// Weight of each micro-batch's loss in the loss of the step: their sum is 1.
  std::vector<double> weights_of(const std::vector<MicroBatch>& step) const;
  /// What the mean loss of these rows is a mean over: labelled tokens, windows or examples.
  std::int64_t num_loss_terms(std::size_t task, std::span<const std::int64_t> rows) const;
  /// Half as many rows at a time from now on; false where there is only one left.
  bool use_smaller_parts(const char* problem, TrainingObserver& observer);
  std::vector<const data::Feature*> features_of(std::size_t task, std::span<const std::int64_t> rows) const;

  std::vector<Task> tasks_;
  const TrainingOptions& options_;
  TrainingState& state_;
  std::vector<std::vector<std::size_t>> row_begins_;  ///< by task: first feature of each row, and the end
};

}  // namespace lorascope::train
