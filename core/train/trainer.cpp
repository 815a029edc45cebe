#include "core/train/trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "core/base/error.h"
#include "core/tasks/task_model.h"

namespace lorascope::train {
namespace {

constexpr auto kPausePoll = std::chrono::milliseconds(50);
constexpr double kLongUnsaved = 60.0;  ///< seconds of training that nobody should have to wait for again
constexpr double kSmoothing = 0.9;  ///< weight of the past in the pace that is shown

TrainingObserver& nobody() {
  static TrainingObserver observer;
  return observer;
}

/// A row is what the sampler orders: one feature, or all choices of one example.
std::vector<std::size_t> row_begins(tasks::TaskKind kind, std::span<const data::Feature> features) {
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const bool continues = kind == tasks::TaskKind::Choices && i > 0 && features[i].example == features[i - 1].example;
    if (!continues) begins.push_back(i);
  }
  begins.push_back(features.size());
  return begins;
}

std::vector<std::int64_t> row_lengths(const std::vector<std::size_t>& begins, std::span<const data::Feature> features) {
  std::vector<std::int64_t> lengths;
  for (std::size_t row = 0; row + 1 < begins.size(); ++row) {
    std::size_t longest = 0;
    for (std::size_t i = begins[row]; i < begins[row + 1]; ++i) longest = std::max(longest, features[i].input_ids.size());
    lengths.push_back(static_cast<std::int64_t>(longest));
  }
  return lengths;
}

void smooth(double& average, double value) {
  average = average == 0.0 ? value : kSmoothing * average + (1.0 - kSmoothing) * value;
}

}  // namespace

Trainer::Trainer(const TrainingParts& parts, const TrainingOptions& options)
    : parts_(parts),
      options_(options),
      row_begins_(row_begins(parts.model->kind(), parts.features)),
      plan_(StepPlan::make(static_cast<std::int64_t>(row_begins_.size()) - 1, options)),
      schedule_(options.learning_rate, options.warmup_ratio, plan_.total_steps),
      sampler_(row_lengths(row_begins_, parts.features), options),
      optimizer_(parts.model->trainable(), options,
                 parts.model->path() == tasks::Path::Compatible ? Arithmetic::Original : Arithmetic::Fused),
      probe_(*parts.model, options),
      early_stopping_(options.follows_best() ? options.select_by : std::string(), options.early_stopping_patience) {
  if (parts_.observer == nullptr) parts_.observer = &nobody();
  if (options_.follows_best() && parts_.evaluator == nullptr) {
    throw UsageError("early stopping and the choice of the best weights need an evaluation: found no evaluation file",
                     "give one with --eval");
  }
}

TrainingResult Trainer::run() {
  wall_.restart();
  parts_.observer->on_start(plan_, state_.step);
  parts_.observer->on_phase(Phase::Training);
  begin_epoch();
  TrainingResult result;
  for (;;) {
    const bool stops = obey_commands() == Outcome::Stops || (evaluation_is_due() && evaluate() == Outcome::Stops);
    if (stops) {
      save();
      result.end = TrainingResult::End::Stopped;
      break;
    }
    if (is_done()) {
      if (state_.step < plan_.total_steps) result.end = TrainingResult::End::StoppedEarly;
      break;
    }
    if (state_.group == static_cast<std::int64_t>(groups_.size())) {
      ++state_.epoch;
      state_.group = 0;
      begin_epoch();
    }
    train_step();
    report_spectra(false);
    save_if_due(false);
  }
  // What comes after the last step (scores of large files) may be interrupted too.
  if (result.end != TrainingResult::End::Stopped && wall_.seconds() - saved_at_ >= kLongUnsaved) save();
  state_.wall_seconds = wall_seconds();
  result.latest = latest_;
  if (result.end != TrainingResult::End::Stopped) put_best_weights_back(result);
  result.state = state_;
  result.epoch = static_cast<double>(result.kept_step.value_or(state_.step)) / static_cast<double>(plan_.steps_per_epoch);
  result.tokens_per_second = static_cast<double>(state_.tokens) / std::max(state_.step_seconds, 1e-9);
  return result;
}

void Trainer::begin_epoch() {
  groups_.clear();
  for (auto& batch : sampler_.batches(state_.epoch)) {
    const bool is_full = groups_.empty() || groups_.back().size() == static_cast<std::size_t>(options_.accumulate);
    if (is_full) groups_.emplace_back();
    groups_.back().push_back(std::move(batch));
  }
}

std::vector<const data::Feature*> Trainer::features_of(const std::vector<std::int64_t>& rows) const {
  std::vector<const data::Feature*> features;
  for (const std::int64_t row : rows) {
    const auto index = static_cast<std::size_t>(row);
    for (std::size_t i = row_begins_[index]; i < row_begins_[index + 1]; ++i) features.push_back(&parts_.features[i]);
  }
  return features;
}

double Trainer::run_micro_batches(const std::vector<std::vector<std::int64_t>>& group, StepReport& report) {
  double sum = 0.0;
  for (const std::vector<std::int64_t>& rows : group) {
    const std::vector<const data::Feature*> features = features_of(rows);
    if (state_.draw == 0) parts_.observer->on_first_batch(features);
    const tasks::Batch batch = tasks::make_batch(parts_.model->kind(), features);
    const nn::DropoutKey key{options_.seed, static_cast<std::uint64_t>(state_.draw)};
    sum += parts_.model->train_micro_batch(batch, 1.0 / static_cast<double>(group.size()), key);
    ++state_.draw;
    report.examples += static_cast<std::int64_t>(rows.size());
    report.tokens += batch.tokens.num_tokens();
  }
  return sum / static_cast<double>(group.size());
}

void Trainer::train_step() {
  const Stopwatch watch;
  StepReport report;
  parts_.model->zero_gradients();
  report.loss = run_micro_batches(groups_[static_cast<std::size_t>(state_.group)], report);
  report.grad_norm = optimizer_.gradient_norm();
  if (!std::isfinite(report.loss) || !std::isfinite(report.grad_norm)) {
    throw Error("step " + std::to_string(state_.step + 1) + ": the loss or its gradient is no longer a number (loss " +
                    std::to_string(report.loss) + ", gradient norm " + std::to_string(report.grad_norm) + ")",
                "lower the learning rate, or switch on clipping and warm-up");
  }
  const double clip = optimizer_.clip_factor(report.grad_norm, options_.max_grad_norm);
  report.learning_rate = schedule_.rate(state_.step);
  optimizer_.step(state_.step + 1, report.learning_rate, clip);
  ++state_.step;
  ++state_.group;
  latest_.reset();

  report.step = state_.step;
  report.total_steps = plan_.total_steps;
  report.epoch = epochs_done();
  report.seconds = watch.seconds();
  state_.examples += report.examples;
  state_.tokens += report.tokens;
  state_.step_seconds += report.seconds;
  smooth(smoothed_seconds_per_token_, report.seconds / static_cast<double>(std::max<std::int64_t>(report.tokens, 1)));
  smooth(smoothed_seconds_per_step_, report.seconds);
  report.examples_done = state_.examples;
  report.wall_seconds = wall_seconds();
  report.tokens_per_second = 1.0 / std::max(smoothed_seconds_per_token_, 1e-12);
  report.seconds_left = static_cast<double>(plan_.total_steps - state_.step) * smoothed_seconds_per_step_;
  parts_.observer->on_step_end(report);
}

double Trainer::epochs_done() const {
  return static_cast<double>(state_.step) / static_cast<double>(plan_.steps_per_epoch);
}

void Trainer::report_spectra(bool is_evaluation_point) {
  // The last evaluation is always measured, whatever it costs: comparisons of runs are made there.
  const bool is_last = is_evaluation_point && state_.step >= plan_.total_steps && probe_.is_enabled();
  if (!is_last && !probe_.is_due(state_.step, is_evaluation_point, wall_.seconds())) return;
  parts_.observer->on_spectra(state_.step, probe_.measure());
}

Trainer::Outcome Trainer::obey_commands() {
  if (parts_.commands == nullptr) return Outcome::Goes;
  while (const auto command = parts_.commands->take()) {
    if (*command == Command::Stop) return Outcome::Stops;
    if (*command == Command::Checkpoint) save();
    if (*command == Command::Pause && wait_while_paused() == Outcome::Stops) return Outcome::Stops;
  }
  return Outcome::Goes;
}

Trainer::Outcome Trainer::wait_while_paused() {
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

bool Trainer::evaluation_is_due() const {
  if (parts_.evaluator == nullptr || state_.step == 0 || state_.evaluated_step == state_.step) return false;
  if (state_.step == plan_.total_steps) return true;
  const std::int64_t every = options_.evaluate_every_steps;
  return every > 0 ? state_.step % every == 0 : state_.group == static_cast<std::int64_t>(groups_.size());
}

Trainer::Outcome Trainer::evaluate() {
  const Stopwatch watch;
  const std::string& split = parts_.evaluator->split();
  parts_.observer->on_phase(Phase::Evaluating);
  // A pause or a stop asked for in the middle leaves the step as it was: the evaluation is made afresh afterwards.
  std::optional<Command> interruption;
  const auto progress = [&](std::int64_t rows_done, std::int64_t rows) {
    parts_.observer->on_evaluation_progress(split, rows_done, rows);
    if (parts_.commands == nullptr) return true;
    const auto command = parts_.commands->take();
    if (command == Command::Stop || command == Command::Pause) interruption = command;
    if (command == Command::Checkpoint) save();
    return !interruption;
  };
  const std::optional<Evaluation> evaluation = parts_.evaluator->evaluate(*parts_.model, progress);
  parts_.observer->on_phase(Phase::Training);
  if (!evaluation) {
    if (interruption == Command::Stop || wait_while_paused() == Outcome::Stops) return Outcome::Stops;
    return evaluate();
  }
  EvaluationReport report{state_.step, epochs_done(), split, evaluation->scores, watch.seconds(), evaluation->rows};
  report.is_best = early_stopping_.add(report.scores, state_.step);
  if (report.is_best) {
    const at::NoGradGuard no_grad;
    for (const nn::Parameter& parameter : parts_.model->trainable()) {
      at::Tensor& kept = best_weights_[parameter.name];
      if (!kept.defined()) kept = at::empty_like(parameter.value);
      kept.copy_(parameter.value);
    }
  }
  state_.evaluated_step = state_.step;
  latest_ = report;
  parts_.observer->on_evaluation(report, *evaluation);
  report_spectra(true);
  save_if_due(true);
  return Outcome::Goes;
}

bool Trainer::is_done() const { return state_.step >= plan_.total_steps || early_stopping_.should_stop(); }

void Trainer::put_best_weights_back(TrainingResult& result) {
  if (best_weights_.empty()) return;
  result.kept_step = early_stopping_.state().best_step;
  if (*result.kept_step == state_.step) return;
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& parameter : parts_.model->trainable()) {
    at::Tensor value = parameter.value;
    value.copy_(best_weights_.at(parameter.name));
  }
  parts_.model->values_changed();
  result.latest.reset();
}

}  // namespace lorascope::train
