#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/train/checkpoint.h"
#include "core/train/command_source.h"
#include "core/train/evaluator.h"
#include "core/train/loop_control.h"
#include "core/train/micro_batches.h"
#include "core/train/optimizer.h"
#include "core/train/sampler.h"
#include "core/train/selection.h"
#include "core/train/spectrum_probe.h"
#include "core/train/step_plan.h"
#include "core/train/training_observer.h"
#include "core/train/training_options.h"

namespace lorascope::tasks {
class TaskModel;
}  // namespace lorascope::tasks

namespace lorascope::train {

/// What a training works on. All of it must outlive the trainer.
struct TrainingParts {
  tasks::TaskModel* model = nullptr;
  std::span<const data::Feature> features;  ///< rows to train on; the choices of one example follow each other
  const Evaluator* evaluator = nullptr;     ///< null: never evaluated
  TrainingObserver* observer = nullptr;     ///< null: nobody watches
  CommandSource* commands = nullptr;        ///< null: nobody asks for anything
};

/// How and where a training on one task ended.
struct TrainingResult : TrainingOutcome {
  std::optional<EvaluationReport> latest;  ///< the last evaluation, if the model still has its weights
};

/// The Hugging Face Trainer's arithmetic (oracle/TRAINING.md) over a task model: order, accumulation, clipping, AdamW,
/// schedule, evaluation, early stopping; checkpoints, live spectra and commands at step boundaries.
///
/// Deterministic: the same options, files, machine and thread count give the same bits, also over any number of stops
/// and resumes.
class Trainer {
 public:
  /// Throws UsageError (an option out of range), DataError (no rows).
  Trainer(const TrainingParts& parts, const TrainingOptions& options);
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// Continues a training: call before run(). Throws CheckpointError with every option and tensor that differs from
  /// this training's.
  void restore(const Checkpoint& checkpoint);

  /// Trains to the end, or until a command stops it. Throws Error where the loss is no longer a number.
  TrainingResult run();

 private:
  using Outcome = LoopControl::Outcome;

  std::size_t begin_epoch();
  void train_step();
  void report_spectra(bool is_evaluation_point);
  Outcome evaluate();

  Checkpoint make_checkpoint() const;
  std::map<std::string, std::string> fingerprint() const;

  TrainingParts parts_;
  TrainingOptions options_;
  TrainingState state_;
  MicroBatches micro_batches_;
  StepPlan plan_;
  LearningRateSchedule schedule_;
  Sampler sampler_;
  Optimizer optimizer_;
  SpectrumProbe probe_;
  std::map<std::string, at::Tensor> values_;  ///< trained tensors under their names
  Selection selection_;
  std::vector<std::vector<MicroBatch>> steps_;  ///< of this epoch
  std::optional<EvaluationReport> latest_;
  LoopControl loop_;
};

}  // namespace lorascope::train
