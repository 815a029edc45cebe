#include "core/train/multi_task_trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/tasks/task_model.h"
#include "core/train/row_ranges.h"
#include "core/train/step_plan.h"

namespace lorascope::train {
namespace {

std::vector<std::vector<std::size_t>> begins_of(const std::vector<TrainedTask>& tasks) {
  if (tasks.empty()) throw UsageError("found no task to train on, expected at least one");
  std::vector<std::vector<std::size_t>> begins;
  for (const TrainedTask& task : tasks) begins.push_back(row_begins(task.model->kind(), task.features));
  return begins;
}

std::vector<std::vector<std::int64_t>> lengths_of(const std::vector<TrainedTask>& tasks,
                                                  const std::vector<std::vector<std::size_t>>& begins) {
  std::vector<std::vector<std::int64_t>> lengths;
  for (std::size_t i = 0; i < tasks.size(); ++i) lengths.push_back(row_lengths(begins[i], tasks[i].features));
  return lengths;
}

bool has(const std::vector<nn::Parameter>& parameters, const nn::Parameter& wanted) {
  return std::any_of(parameters.begin(), parameters.end(), [&](const nn::Parameter& parameter) {
    return parameter.value.data_ptr() == wanted.value.data_ptr();
  });
}

Arithmetic arithmetic_of(const tasks::TaskModel& model) {
  return model.path() == tasks::Path::Compatible ? Arithmetic::Original : Arithmetic::Fused;
}

}  // namespace

MultiTaskTrainer::MultiTaskTrainer(std::vector<TrainedTask> tasks, const TrainingOptions& options,
                                   const TaskStreamOptions& stream)
    : tasks_(std::move(tasks)),
      options_(options),
      row_begins_(begins_of(tasks_)),
      stream_(lengths_of(tasks_, row_begins_), options, stream),
      own_steps_(tasks_.size(), 0) {
  for (const nn::Parameter& parameter : tasks_.front().model->trainable())
    if (std::all_of(tasks_.begin(), tasks_.end(),
                    [&](const TrainedTask& task) { return has(task.model->trainable(), parameter); }))
      shared_parameters_.push_back(parameter);
  if (shared_parameters_.empty())
    throw UsageError("the tasks' models share no trained parameter", "make them by one call, over one gate");
  shared_.emplace_back(shared_parameters_, options_, arithmetic_of(*tasks_.front().model));
  for (const TrainedTask& task : tasks_) {
    own_parameters_.emplace_back();
    for (const nn::Parameter& parameter : task.model->trainable())
      if (!has(shared_parameters_, parameter)) own_parameters_.back().push_back(parameter);
  }
  for (std::size_t i = 0; i < tasks_.size(); ++i)
    own_.emplace_back(own_parameters_[i], options_, arithmetic_of(*tasks_[i].model));
  total_steps_ =
      options.max_steps > 0
          ? options.max_steps
          : static_cast<std::int64_t>(std::ceil(options.epochs * static_cast<double>(stream_.batches_per_epoch())));
}

MultiTaskStep MultiTaskTrainer::train_step(const TaskStream::Draw& draw, std::int64_t step) {
  const TrainedTask& task = tasks_[draw.task];
  std::vector<const data::Feature*> rows;
  for (const std::int64_t row : draw.rows)
    for (std::size_t i = row_begins_[draw.task][static_cast<std::size_t>(row)];
         i < row_begins_[draw.task][static_cast<std::size_t>(row) + 1]; ++i)
      rows.push_back(&task.features[i]);
  const tasks::Batch batch = tasks::make_batch(task.model->kind(), rows, {options_.zero_segment_ids});
  MultiTaskStep report{step + 1, draw.task, 0, 0, 0};
  task.model->zero_gradients();
  report.loss = task.model->train_micro_batch(batch, 1.0, {options_.seed, static_cast<std::uint64_t>(step)});
  const double own_norm = own_parameters_[draw.task].empty() ? 0 : own_[draw.task].gradient_norm();
  report.grad_norm = std::hypot(shared_.front().gradient_norm(), own_norm);
  if (!std::isfinite(report.loss) || !std::isfinite(report.grad_norm))
    throw Error("step " + std::to_string(step + 1) + ": the loss or its gradient is no longer a number",
                "lower the learning rate, or switch on clipping and warm-up");
  const double clip = shared_.front().clip_factor(report.grad_norm, options_.max_grad_norm);
  report.learning_rate = LearningRateSchedule(options_.learning_rate, options_.warmup_ratio, total_steps_).rate(step);
  shared_.front().step(step + 1, report.learning_rate, clip);
  own_[draw.task].step(++own_steps_[draw.task], report.learning_rate, clip);
  for (const TrainedTask& other : tasks_) other.model->values_changed();
  return report;
}

void MultiTaskTrainer::run(const OnStep& on_step) {
  std::int64_t step = 0;
  for (std::int64_t epoch = 0; step < total_steps_; ++epoch)
    for (const TaskStream::Draw& draw : stream_.batches(epoch)) {
      if (step == total_steps_) return;
      const MultiTaskStep report = train_step(draw, step++);
      if (on_step) on_step(report);
    }
}

std::map<std::string, std::map<std::string, double>> MultiTaskTrainer::evaluate() const {
  std::map<std::string, std::map<std::string, double>> scores;
  for (const TrainedTask& task : tasks_) {
    if (task.evaluator == nullptr) continue;
    const auto evaluation = task.evaluator->evaluate(*task.model, {});
    if (evaluation) scores[task.name] = evaluation->scores;
  }
  return scores;
}

}  // namespace lorascope::train
