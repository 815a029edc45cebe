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
#include "core/train/optimizer.h"
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
struct MultiTaskResult {
  bool is_stopped = false;  ///< on request, with a checkpoint where a folder was given: it can be resumed
  TrainingState state;
  double epoch = 0;
  double tokens_per_second = 0;                  ///< real tokens, over all steps
  bool is_evaluated = false;                     ///< the last evaluation saw the weights that the models have now
  std::map<std::string, double> train_loss;      ///< by task: mean over its steps of this process
  std::map<std::string, std::map<std::string, double>> scores;  ///< by task: those of that evaluation
};

/// Trains what several models share, and what each has of its own, on batches of one task each ([X-LoRA] over several
/// tasks): every step is the Hugging Face Trainer's on the task that is drawn. What belongs to the other tasks stays as
/// it is in that step, moments included. Before reports of a step or an evaluation the observer is told whose they are.
///
/// Deterministic as Trainer is, also over stops and resumes; evaluations are of all tasks, one after the other. The
/// last weights stay: accumulation, early stopping and the choice of the best are for one task.
class MultiTaskTrainer {
 public:
  /// Throws UsageError (no tasks, models that share nothing, an option of one task), DataError (no rows).
  MultiTaskTrainer(MultiTaskParts parts, const TrainingOptions& options, const TaskStreamOptions& stream);

  /// Continues a training: call before run(). Throws CheckpointError with all that differs from this training's.
  void restore(const Checkpoint& checkpoint);
  /// Trains to the end, or until a command stops it. Throws Error where the loss is no longer a number.
  MultiTaskResult run();

  std::int64_t total_steps() const { return plan_.total_steps; }

 private:
  using Outcome = LoopControl::Outcome;
  /// A trained tensor under its name in checkpoints: that of a task's own has "TASK/" before it.
  struct NamedParameter {
    std::string name;
    nn::Parameter parameter;
  };

  void begin_epoch();
  void train_step();
  bool evaluation_is_due() const;
  Outcome evaluate();

  Checkpoint make_checkpoint() const;
  std::map<std::string, std::string> fingerprint() const;
  std::vector<NamedParameter> parameters() const;

  MultiTaskParts parts_;
  TrainingOptions options_;
  TaskStreamOptions stream_options_;
  std::vector<std::vector<std::size_t>> row_begins_;
  TaskStream stream_;
  StepPlan plan_;
  std::vector<nn::Parameter> shared_parameters_;
  std::vector<std::vector<nn::Parameter>> own_parameters_;
  std::vector<Optimizer> optimizers_;    ///< the shared parameters', then each task's own
  std::vector<std::int64_t> own_steps_;  ///< a task's own parameters step only with it
  std::vector<TaskStream::Draw> draws_;  ///< of the epoch that is under way
  TrainingState state_;
  std::map<std::string, std::pair<double, std::int64_t>> losses_;
  std::map<std::string, std::map<std::string, double>> scores_;
  LoopControl loop_;
};

}  // namespace lorascope::train
