#include "core/train/multi_task_trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/tasks/task_model.h"
#include "core/train/mean_scores.h"

namespace lorascope::train {
namespace {

std::vector<MicroBatches::Task> sources_of(const std::vector<TrainedTask>& tasks) {
  if (tasks.empty()) throw UsageError("found no task to train on, expected at least one");
  std::vector<MicroBatches::Task> sources;
  for (const TrainedTask& task : tasks) sources.push_back({task.model, task.features, task.zero_segment_ids});
  return sources;
}

std::vector<std::vector<std::int64_t>> lengths_of(const MicroBatches& batches, std::size_t num_tasks) {
  std::vector<std::vector<std::int64_t>> lengths;
  for (std::size_t i = 0; i < num_tasks; ++i) lengths.push_back(batches.row_lengths(i));
  return lengths;
}

bool has(const std::vector<nn::Parameter>& parameters, const nn::Parameter& wanted) {
  return std::any_of(parameters.begin(), parameters.end(), [&](const nn::Parameter& parameter) {
    return parameter.value.data_ptr() == wanted.value.data_ptr();
  });
}

void require_evaluations(const std::vector<TrainedTask>& tasks) {
  for (const TrainedTask& task : tasks) {
    if (task.evaluator == nullptr)
      throw UsageError("early stopping and the choice of the best weights need an evaluation of every task: found no "
                       "evaluation file of " + task.name,
                       "give one, or leave the choice out");
  }
}

/// Checks the options as for one task of that many rows, then counts steps by the stream's epoch.
StepPlan plan_of(const MicroBatches& batches, std::size_t num_tasks, const TaskStream& stream,
                 const TrainingOptions& options) {
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < num_tasks; ++i) rows += batches.num_rows(i);
  StepPlan plan = StepPlan::make(rows, options);
  plan.batches_per_epoch = stream.batches_per_epoch();
  plan.steps_per_epoch = (plan.batches_per_epoch + options.accumulate - 1) / options.accumulate;
  if (options.max_steps <= 0)
    plan.total_steps =
        static_cast<std::int64_t>(std::ceil(options.epochs * static_cast<double>(plan.steps_per_epoch)));
  return plan;
}

}  // namespace

MultiTaskTrainer::MultiTaskTrainer(MultiTaskParts parts, const TrainingOptions& options,
                                   const TaskStreamOptions& stream)
    : parts_(std::move(parts)),
      options_(options),
      micro_batches_(sources_of(parts_.tasks), options_, state_),
      stream_(lengths_of(micro_batches_, parts_.tasks.size()), options, stream),
      plan_(plan_of(micro_batches_, parts_.tasks.size(), stream_, options)),
      own_steps_(parts_.tasks.size(), 0),
      loop_({parts_.observer, parts_.commands, &options_, &plan_, &state_, [this] { return make_checkpoint(); }}) {
  if (options_.follows_best()) require_evaluations(parts_.tasks);
  split_parameters();
  selection_.emplace(options_, values(), [this] { values_changed(); });
}

void MultiTaskTrainer::split_parameters() {
  const std::vector<TrainedTask>& tasks = parts_.tasks;
  for (const nn::Parameter& parameter : tasks.front().model->trainable())
    if (std::all_of(tasks.begin(), tasks.end(),
                    [&](const TrainedTask& task) { return has(task.model->trainable(), parameter); }))
      shared_parameters_.push_back(parameter);
  if (shared_parameters_.empty())
    throw UsageError("the tasks' models share no trained parameter", "make them by one call, over one gate");
  optimizers_.emplace_back(shared_parameters_, options_, arithmetic_of(*tasks.front().model));
  for (const TrainedTask& task : tasks) {
    own_parameters_.emplace_back();
    for (const nn::Parameter& parameter : task.model->trainable())
      if (!has(shared_parameters_, parameter)) own_parameters_.back().push_back(parameter);
    optimizers_.emplace_back(own_parameters_.back(), options_, arithmetic_of(*task.model));
  }
}

void MultiTaskTrainer::values_changed() {
  for (const TrainedTask& task : parts_.tasks) task.model->values_changed();
}

MultiTaskResult MultiTaskTrainer::run() {
  LoopControl::Steps steps{[this] { return begin_epoch(); }, [this] { train_step(); }, {}};
  const bool has_evaluator = std::any_of(parts_.tasks.begin(), parts_.tasks.end(),
                                         [](const TrainedTask& task) { return task.evaluator != nullptr; });
  if (has_evaluator) steps.evaluate = [this] { return evaluate(); };
  MultiTaskResult result{loop_.run(steps, *selection_), false, {}, {}};
  if (result.kept_step.value_or(state_.step) == state_.step) result.scores = scores_;
  result.is_evaluated = !result.scores.empty();
  for (const auto& [task, sum] : losses_) result.train_loss[task] = sum.first / static_cast<double>(sum.second);
  return result;
}

std::size_t MultiTaskTrainer::begin_epoch() {
  steps_ = steps_of(stream_.batches(state_.epoch), options_.accumulate);
  return steps_.size();
}

double MultiTaskTrainer::gradient_norm(const StepReport& report) const {
  double norm = optimizers_.front().gradient_norm();
  for (const TaskLoss& drawn : report.tasks) {
    if (!own_parameters_[drawn.task].empty()) norm = std::hypot(norm, optimizers_[drawn.task + 1].gradient_norm());
  }
  return norm;
}

void MultiTaskTrainer::train_step() {
  const Stopwatch watch;
  StepReport report = micro_batches_.run(steps_[static_cast<std::size_t>(state_.group)], loop_.observer());
  report.grad_norm = gradient_norm(report);
  if (!std::isfinite(report.loss) || !std::isfinite(report.grad_norm)) {
    std::string names;
    for (const TaskLoss& drawn : report.tasks)
      names += (names.empty() ? "" : ", ") + parts_.tasks[drawn.task].name;
    throw Error("step " + std::to_string(state_.step + 1) + " (" + names +
                    "): the loss or its gradient is no longer a number",
                "lower the learning rate, or switch on clipping and warm-up");
  }
  Optimizer& shared = optimizers_.front();
  const double clip = shared.clip_factor(report.grad_norm, options_.max_grad_norm);
  report.learning_rate =
      LearningRateSchedule(options_.learning_rate, options_.warmup_ratio, plan_.total_steps).rate(state_.step);
  shared.step(state_.step + 1, report.learning_rate, clip);
  for (const TaskLoss& drawn : report.tasks) {
    optimizers_[drawn.task + 1].step(++own_steps_[drawn.task], report.learning_rate, clip);
    auto& [sum, count] = losses_[parts_.tasks[drawn.task].name];
    sum += drawn.loss * drawn.batches;
    count += drawn.batches;
  }
  values_changed();
  scores_.clear();
  loop_.end_step(report, watch.seconds());
}

MultiTaskTrainer::Outcome MultiTaskTrainer::evaluate() {
  std::vector<Evaluation> evaluations(parts_.tasks.size());
  std::vector<double> seconds(parts_.tasks.size(), 0);
  for (std::size_t i = 0; i < parts_.tasks.size(); ++i) {
    const TrainedTask& task = parts_.tasks[i];
    if (task.evaluator == nullptr) continue;
    const Stopwatch watch;
    loop_.observer().on_task(i);
    std::optional<Evaluation> evaluation;
    if (loop_.evaluate(*task.evaluator, *task.model, evaluation) == Outcome::Stops) return Outcome::Stops;
    // All tasks are scored at the same step: after a pause the first ones too.
    if (!evaluation) return evaluate();
    evaluations[i] = std::move(*evaluation);
    seconds[i] = watch.seconds();
  }
  state_.evaluated_step = state_.step;
  report_evaluations(evaluations, seconds);
  loop_.save_if_due(true);
  return Outcome::Goes;
}

void MultiTaskTrainer::report_evaluations(const std::vector<Evaluation>& evaluations,
                                          const std::vector<double>& seconds) {
  std::vector<TaskScores> all;
  for (std::size_t i = 0; i < evaluations.size(); ++i) {
    if (parts_.tasks[i].evaluator != nullptr) all.push_back({parts_.tasks[i].model->kind(), evaluations[i].scores});
  }
  const std::map<std::string, double> means = mean_scores(all);
  const bool is_best = selection_->add(means, state_.step);
  for (std::size_t i = 0; i < evaluations.size(); ++i) {
    const TrainedTask& task = parts_.tasks[i];
    if (task.evaluator == nullptr) continue;
    scores_[task.name] = evaluations[i].scores;
    loop_.observer().on_task(i);
    loop_.observer().on_evaluation({state_.step, loop_.epochs_done(), task.evaluator->split(), evaluations[i].scores,
                                    seconds[i], evaluations[i].rows, is_best},
                                   evaluations[i]);
  }
  loop_.observer().on_mean_scores(state_.step, means);
}

}  // namespace lorascope::train
