#include "core/train/multi_task_trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "core/base/error.h"
#include "core/tasks/task_model.h"
#include "core/train/row_ranges.h"

namespace lorascope::train {
namespace {

constexpr auto kPausePoll = std::chrono::milliseconds(50);
constexpr double kLongUnsaved = 60.0;  ///< seconds of training that nobody should have to wait for again
constexpr double kSmoothing = 0.9;     ///< weight of the past in the pace that is shown

TrainingObserver& nobody() {
  static TrainingObserver observer;
  return observer;
}

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

void smooth(double& average, double value) {
  average = average == 0.0 ? value : kSmoothing * average + (1.0 - kSmoothing) * value;
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
      own_steps_(parts_.tasks.size(), 0) {
  refuse_options_of_one_task(options);
  if (parts_.observer == nullptr) parts_.observer = &nobody();
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
  wall_.restart();
  parts_.observer->on_start(plan_, state_.step);
  parts_.observer->on_phase(Phase::Training);
  begin_epoch();
  MultiTaskResult result;
  for (;;) {
    if (obey_commands() == Outcome::Stops || (evaluation_is_due() && evaluate() == Outcome::Stops)) {
      save();
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
    save_if_due(false);
  }
  // What comes after the last step (scores of large files) may be interrupted too.
  if (!result.is_stopped && wall_.seconds() - saved_at_ >= kLongUnsaved) save();
  state_.wall_seconds = wall_seconds();
  result.state = state_;
  result.epoch = epochs_done();
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
  parts_.observer->on_task(draw.task);
  if (state_.step == 0) parts_.observer->on_first_batch(rows);
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
  report_step(report, watch.seconds());
}

void MultiTaskTrainer::report_step(StepReport report, double seconds) {
  auto& [sum, count] = losses_[parts_.tasks[draws_[static_cast<std::size_t>(state_.group)].task].name];
  sum += report.loss;
  ++count;
  ++state_.step;
  ++state_.group;
  ++state_.draw;
  scores_.clear();
  report.step = state_.step;
  report.total_steps = plan_.total_steps;
  report.epoch = epochs_done();
  report.seconds = seconds;
  state_.examples += report.examples;
  state_.tokens += report.tokens;
  state_.step_seconds += seconds;
  smooth(seconds_per_token_, seconds / static_cast<double>(std::max<std::int64_t>(report.tokens, 1)));
  smooth(seconds_per_step_, seconds);
  report.examples_done = state_.examples;
  report.wall_seconds = wall_seconds();
  report.tokens_per_second = 1.0 / std::max(seconds_per_token_, 1e-12);
  report.seconds_left = static_cast<double>(plan_.total_steps - state_.step) * seconds_per_step_;
  parts_.observer->on_step_end(report);
}

double MultiTaskTrainer::epochs_done() const {
  return static_cast<double>(state_.step) / static_cast<double>(plan_.steps_per_epoch);
}

MultiTaskTrainer::Outcome MultiTaskTrainer::obey_commands() {
  if (parts_.commands == nullptr) return Outcome::Goes;
  while (const auto command = parts_.commands->take()) {
    if (*command == Command::Stop) return Outcome::Stops;
    if (*command == Command::Checkpoint) save();
    if (*command == Command::Pause && wait_while_paused() == Outcome::Stops) return Outcome::Stops;
  }
  return Outcome::Goes;
}

MultiTaskTrainer::Outcome MultiTaskTrainer::wait_while_paused() {
  parts_.observer->on_phase(Phase::Paused);
  for (;;) {
    const auto command = parts_.commands->take();
    if (!command) {
      std::this_thread::sleep_for(kPausePoll);
      continue;
    }
    if (*command == Command::Stop) return Outcome::Stops;
    if (*command == Command::Checkpoint) {
      save();
      parts_.observer->on_phase(Phase::Paused);
    }
    if (*command == Command::Continue) break;
  }
  parts_.observer->on_phase(Phase::Training);
  return Outcome::Goes;
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
  // A pause or a stop asked for in the middle leaves the step as it was: the evaluations are made afresh afterwards.
  std::optional<Command> interruption;
  for (std::size_t i = 0; i < parts_.tasks.size(); ++i) {
    const TrainedTask& task = parts_.tasks[i];
    if (task.evaluator == nullptr) continue;
    const Stopwatch watch;
    parts_.observer->on_task(i);
    parts_.observer->on_phase(Phase::Evaluating);
    const auto progress = [&](std::int64_t rows_done, std::int64_t rows) {
      parts_.observer->on_evaluation_progress(task.evaluator->split(), rows_done, rows);
      if (parts_.commands == nullptr) return true;
      const auto command = parts_.commands->take();
      if (command == Command::Stop || command == Command::Pause) interruption = command;
      if (command == Command::Checkpoint) save();
      return !interruption;
    };
    const std::optional<Evaluation> evaluation = task.evaluator->evaluate(*task.model, progress);
    parts_.observer->on_phase(Phase::Training);
    if (!evaluation) {
      if (interruption == Command::Stop || wait_while_paused() == Outcome::Stops) return Outcome::Stops;
      return evaluate();
    }
    scores_[task.name] = evaluation->scores;
    parts_.observer->on_evaluation({state_.step, epochs_done(), task.evaluator->split(), evaluation->scores,
                                    watch.seconds(), evaluation->rows, false},
                                   *evaluation);
  }
  state_.evaluated_step = state_.step;
  save_if_due(true);
  return Outcome::Goes;
}

}  // namespace lorascope::train
