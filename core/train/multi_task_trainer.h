#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/train/evaluator.h"
#include "core/train/optimizer.h"
#include "core/train/task_stream.h"
#include "core/train/training_options.h"

namespace lorascope::tasks {
class TaskModel;
}

namespace lorascope::train {

/// One of the tasks that a gate is trained on. All of it must outlive the trainer.
struct TrainedTask {
  std::string name;
  tasks::TaskModel* model = nullptr;        ///< shares its gate with the other tasks' models (tasks::xlora_models)
  std::span<const data::Feature> features;  ///< the choices of one example follow each other
  const Evaluator* evaluator = nullptr;     ///< null: never evaluated
};

struct MultiTaskStep {
  std::int64_t step = 0;  ///< from 1
  std::size_t task = 0;
  double loss = 0, grad_norm = 0, learning_rate = 0;
};

/// Trains what several models share, and what each has of its own, on batches of one task each ([X-LoRA] over several
/// tasks): every step is the Hugging Face Trainer's on the task that is drawn. What belongs to the other tasks stays as
/// it is in that step, moments included.
class MultiTaskTrainer {
 public:
  /// Throws UsageError (no tasks, models that share nothing), DataError (no rows).
  MultiTaskTrainer(std::vector<TrainedTask> tasks, const TrainingOptions& options, const TaskStreamOptions& stream);

  using OnStep = std::function<void(const MultiTaskStep&)>;
  /// Trains options.epochs (or max_steps); `on_step` may be empty.
  void run(const OnStep& on_step);
  /// Each task's scores as the models are now, by the task's name.
  std::map<std::string, std::map<std::string, double>> evaluate() const;

  std::int64_t total_steps() const { return total_steps_; }

 private:
  MultiTaskStep train_step(const TaskStream::Draw& draw, std::int64_t step);

  std::vector<TrainedTask> tasks_;
  TrainingOptions options_;
  std::vector<std::vector<std::size_t>> row_begins_;
  TaskStream stream_;
  std::vector<nn::Parameter> shared_parameters_;
  std::vector<std::vector<nn::Parameter>> own_parameters_;
  std::vector<Optimizer> own_;     ///< one a task
  std::vector<Optimizer> shared_;  ///< exactly one
  std::vector<std::int64_t> own_steps_;
  std::int64_t total_steps_ = 0;
};

}  // namespace lorascope::train
