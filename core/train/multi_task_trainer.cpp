#include "core/train/multi_task_trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/tasks/task_model.h"
#include "core/train/row_ranges.h"

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

void refuse_options_of_one_task(const TrainingOptions& options) {
  if (options.follows_best())
    throw UsageError("several tasks at once: found early stopping or the choice of the best weights, expected neither",
                     "the last weights are scored");
  if (options.accumulate > 1)
    throw UsageError("accumulate: found " + std::to_string(options.accumulate) + ", expected 1 with several tasks",
                     "use larger batches");
}

/// Checks the options as for one task of that many rows, then counts steps by the stream's epoch.
StepPlan plan_of(const std::vector<std::vector<std::size_t>>& begins, const TaskStream& stream,
                 const TrainingOptions& options) {
  std::int64_t rows = 0;
  for (const auto& list : begins) rows += static_cast<std::int64_t>(list.size()) - 1;
  StepPlan plan = StepPlan::make(rows, options);
  plan.batches_per_epoch = plan.steps_per_epoch = stream.batches_per_epoch();
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
      stream_options_(stream),
      row_begins_(begins_of(parts_.tasks)),
      stream_(lengths_of(parts_.tasks, row_begins_), options, stream),
      plan_(plan_of(row_begins_, stream_, options)),
      own_steps_(parts_.tasks.size(), 0),
      loop_({parts_.observer, parts_.commands, &options_, &plan_, &state_, [this] { return make_checkpoint(); }}) {
  refuse_options_of_one_task(options);
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

MultiTaskResult MultiTaskTrainer::run() {
  loop_.start();
  begin_epoch();
  MultiTaskResult result;
  for (;;) {
    if (loop_.obey_commands() == Outcome::Stops || (evaluation_is_due() && evaluate() == Outcome::Stops)) {
      loop_.save();
      result.is_stopped = true;
      break;
    }
    if (state_.step >= plan_.total_steps) break;
    if (state_.group == static_cast<std::int64_t>(draws_.size())) {
      ++state_.epoch;
      state_.group = 0;
      begin_epoch();
    }
    train_step();
    loop_.save_if_due(false);
  }
  if (!result.is_stopped) loop_.save_if_long_unsaved();
  state_.wall_seconds = loop_.wall_seconds();
  result.state = state_;
  result.epoch = loop_.epochs_done();
  result.tokens_per_second = static_cast<double>(state_.tokens) / std::max(state_.step_seconds, 1e-9);
  result.is_evaluated = !scores_.empty();
  result.scores = scores_;
  for (const auto& [task, sum] : losses_) result.train_loss[task] = sum.first / static_cast<double>(sum.second);
  return result;
}

void MultiTaskTrainer::begin_epoch() { draws_ = stream_.batches(state_.epoch); }

void MultiTaskTrainer::train_step() {
  const Stopwatch watch;
  const TaskStream::Draw& draw = draws_[static_cast<std::size_t>(state_.group)];
  const TrainedTask& task = parts_.tasks[draw.task];
  const std::vector<std::size_t>& begins = row_begins_[draw.task];
  std::vector<const data::Feature*> rows;
  for (const std::int64_t row : draw.rows)
    for (std::size_t i = begins[static_cast<std::size_t>(row)]; i < begins[static_cast<std::size_t>(row) + 1]; ++i)
      rows.push_back(&task.features[i]);
  loop_.observer().on_task(draw.task);
  if (state_.step == 0) loop_.observer().on_first_batch(rows);
  const tasks::Batch batch = tasks::make_batch(task.model->kind(), rows, {task.zero_segment_ids});
  StepReport report;
  report.examples = static_cast<std::int64_t>(draw.rows.size());
  report.tokens = batch.tokens.num_tokens();
  task.model->zero_gradients();
  report.loss = task.model->train_micro_batch(batch, 1.0, {options_.seed, static_cast<std::uint64_t>(state_.draw)});
  Optimizer& shared = optimizers_.front();
  Optimizer& own = optimizers_[draw.task + 1];
  const double own_norm = own_parameters_[draw.task].empty() ? 0 : own.gradient_norm();
  report.grad_norm = std::hypot(shared.gradient_norm(), own_norm);
  if (!std::isfinite(report.loss) || !std::isfinite(report.grad_norm))
    throw Error("step " + std::to_string(state_.step + 1) + " (" + task.name +
                    "): the loss or its gradient is no longer a number",
                "lower the learning rate, or switch on clipping and warm-up");
  const double clip = shared.clip_factor(report.grad_norm, options_.max_grad_norm);
  report.learning_rate =
      LearningRateSchedule(options_.learning_rate, options_.warmup_ratio, plan_.total_steps).rate(state_.step);
  shared.step(state_.step + 1, report.learning_rate, clip);
  own.step(++own_steps_[draw.task], report.learning_rate, clip);
  for (const TrainedTask& other : parts_.tasks) other.model->values_changed();
  auto& [sum, count] = losses_[task.name];
  sum += report.loss;
  ++count;
  ++state_.draw;
  scores_.clear();
  loop_.end_step(report, watch.seconds());
}

bool MultiTaskTrainer::evaluation_is_due() const {
  const bool has_evaluator = std::any_of(parts_.tasks.begin(), parts_.tasks.end(),
                                         [](const TrainedTask& task) { return task.evaluator != nullptr; });
  if (!has_evaluator || state_.step == 0 || state_.evaluated_step == state_.step) return false;
  if (state_.step == plan_.total_steps) return true;
  const std::int64_t every = options_.evaluate_every_steps;
  return every > 0 ? state_.step % every == 0 : state_.group == static_cast<std::int64_t>(draws_.size());
}

MultiTaskTrainer::Outcome MultiTaskTrainer::evaluate() {
  for (std::size_t i = 0; i < parts_.tasks.size(); ++i) {
    const TrainedTask& task = parts_.tasks[i];
    if (task.evaluator == nullptr) continue;
    const Stopwatch watch;
    loop_.observer().on_task(i);
    std::optional<Evaluation> evaluation;
    if (loop_.evaluate(*task.evaluator, *task.model, evaluation) == Outcome::Stops) return Outcome::Stops;
    // All tasks are scored at the same step: after a pause the first ones too.
    if (!evaluation) return evaluate();
    scores_[task.name] = evaluation->scores;
    loop_.observer().on_evaluation({state_.step, loop_.epochs_done(), task.evaluator->split(), evaluation->scores,
                                    watch.seconds(), evaluation->rows, false},
                                   *evaluation);
  }
  state_.evaluated_step = state_.step;
  loop_.save_if_due(true);
  return Outcome::Goes;
}

}  // namespace lorascope::train
