#pragma once

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
#include "core/train/selection.h"
#include "core/train/step_plan.h"
#include "core/train/task_stream.h"
#include "core/train/training_observer.h"
#include "core/train/training_options.h"

namespace lorascope::tasks {
class TaskModel;
}

namespace lorascope::train {

/// One of the tasks that are trained together. All of it must outlive the trainer.
struct TrainedTask {
  std::string name;
  tasks::TaskModel* model = nullptr;        ///< shares its gate or its encoder with the other tasks' models
  std::span<const data::Feature> features;  ///< the choices of one example follow each other
  const Evaluator* evaluator = nullptr;     ///< null: never evaluated
  bool zero_segment_ids = false;            ///< this task's; TrainingOptions' own counts for one task only
};

/// What a training on several tasks works on. All of it must outlive the trainer.
struct MultiTaskParts {
  std::vector<TrainedTask> tasks;
  TrainingObserver* observer = nullptr;  ///< null: nobody watches
  CommandSource* commands = nullptr;     ///< null: nobody asks for anything
};

/// How and where it ended.
struct MultiTaskResult : TrainingOutcome {
  bool is_evaluated = false;                 ///< the last evaluation saw the weights that the models have now
  std::map<std::string, double> train_loss;  ///< by task: mean over its micro-batches of this process
  std::map<std::string, std::map<std::string, double>> scores;  ///< by task: those of that evaluation
};

/// Trains what several models share, and what each has of its own, on micro-batches of one task each ([X-LoRA] over
/// several tasks): a step is the Hugging Face Trainer's on the `accumulate` micro-batches that are drawn next, each of
/// whichever task. What belongs to tasks that are not among them stays as it is in that step, moments included.
///
/// An evaluation is of all tasks, one after the other, and counts as one: the best is chosen by select_by among
/// mean_scores ("loss", or "mean" of the tasks' scores), and comes back with each task's own head.
///
/// Deterministic as Trainer is, also over stops and resumes.
class MultiTaskTrainer {
 public:
  /// Throws UsageError (no tasks, models that share nothing, a best to follow by evaluations that a task lacks),
  /// DataError (no rows).
  MultiTaskTrainer(MultiTaskParts parts, const TrainingOptions& options, const TaskStreamOptions& stream);

  /// Continues a training: call before run(). Throws CheckpointError with all that differs from this training's.
  void restore(const Checkpoint& checkpoint);
  /// Trains to the end, or until a command stops it. Throws Error where the loss is no longer a number.
  MultiTaskResult run();

  std::int64_t total_steps() const { return plan_.total_steps; }

 private:
  using Outcome = LoopControl::Outcome;
  void split_parameters();
  void values_changed();
  std::size_t begin_epoch();
  void train_step();
  double gradient_norm(const StepReport& report) const;
  Outcome evaluate();
  void report_evaluations(const std::vector<Evaluation>& evaluations, const std::vector<double>& seconds);

  Checkpoint make_checkpoint() const;
  std::map<std::string, std::string> fingerprint() const;
  /// Trained tensors under their names in checkpoints: those of a task's own have "TASK/" before them.
  std::map<std::string, at::Tensor> values() const;

  MultiTaskParts parts_;
  TrainingOptions options_;
  TrainingState state_;
  MicroBatches micro_batches_;
  TaskStream stream_;
  StepPlan plan_;
  std::vector<nn::Parameter> shared_parameters_;
  std::vector<std::vector<nn::Parameter>> own_parameters_;
  std::vector<Optimizer> optimizers_;    ///< the shared parameters', then each task's own
  std::vector<std::int64_t> own_steps_;  ///< a task's own parameters step only with it
  std::optional<Selection> selection_;   ///< of everything trained, once that is known
  std::vector<std::vector<MicroBatch>> steps_;  ///< of the epoch that is under way
  std::map<std::string, std::pair<double, std::int64_t>> losses_;
  std::map<std::string, std::map<std::string, double>> scores_;
  LoopControl loop_;
};

}  // namespace lorascope::train
