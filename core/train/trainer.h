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
#include "core/train/early_stopping.h"
#include "core/train/evaluator.h"
#include "core/train/loop_control.h"
#include "core/train/optimizer.h"
#include "core/train/sampler.h"
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

/// How and where a training ended.
struct TrainingResult {
  enum class End {
    Completed,     ///< all steps done
    StoppedEarly,  ///< early stopping ended it
    Stopped,       ///< on request, with a checkpoint where a folder was given: it can be resumed
  };
  End end = End::Completed;
  TrainingState state;
  double tokens_per_second = 0.0;          ///< real tokens, over all steps
  std::optional<std::int64_t> kept_step;   ///< step of the weights that the model has now, if the best came back
  double epoch = 0.0;                      ///< epochs done when the model's weights were those it has now
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

  // One optimiser step and what hangs on it.
  void begin_epoch();
  void train_step();
  void run_micro_batches(StepReport& report);
  /// A micro-batch, in as many parts as memory asks for.
  double run_batch(const std::vector<std::int64_t>& rows, double weight, StepReport& report);
  /// Weight of each micro-batch's loss in the loss of the step: their sum is 1.
  std::vector<double> weights_of(const std::vector<std::vector<std::int64_t>>& group) const;
  /// What the mean loss of these rows is a mean over: labelled tokens, windows or examples.
  std::int64_t num_loss_terms(std::span<const std::int64_t> rows) const;
  /// Half as many rows at a time from now on; false where there is only one left.
  bool use_smaller_parts(const char* problem);
  std::vector<const data::Feature*> features_of(std::span<const std::int64_t> rows) const;
  void report_spectra(bool is_evaluation_point);

  // Evaluation.
  bool evaluation_is_due() const;
  Outcome evaluate();
  bool is_done() const;
  void put_best_weights_back(TrainingResult& result);

  // Checkpoints.
  Checkpoint make_checkpoint();
  std::map<std::string, std::string> fingerprint() const;

  TrainingParts parts_;
  TrainingOptions options_;
  std::vector<std::size_t> row_begins_;  ///< first feature of each row, and the end
  StepPlan plan_;
  LearningRateSchedule schedule_;
  Sampler sampler_;
  Optimizer optimizer_;
  SpectrumProbe probe_;
  EarlyStopping early_stopping_;
  TrainingState state_;
  std::vector<std::vector<std::vector<std::int64_t>>> groups_;  ///< of this epoch: micro-batches of each step
  std::map<std::string, at::Tensor> best_weights_;
  std::optional<EvaluationReport> latest_;
  LoopControl loop_;
};

}  // namespace lorascope::train
