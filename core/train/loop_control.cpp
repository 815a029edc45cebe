#include "core/train/loop_control.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace lorascope::train {
namespace {

constexpr auto kPausePoll = std::chrono::milliseconds(50);
constexpr double kLongUnsaved = 60.0;  ///< seconds of training that nobody should have to wait for again
constexpr double kSmoothing = 0.9;     ///< weight of the past in the pace that is shown

TrainingObserver& nobody() {
  static TrainingObserver observer;
  return observer;
}

void smooth(double& average, double value) {
  average = average == 0.0 ? value : kSmoothing * average + (1.0 - kSmoothing) * value;
}

}  // namespace

LoopControl::LoopControl(Parts parts) : parts_(std::move(parts)) {
  if (parts_.observer == nullptr) parts_.observer = &nobody();
}

void LoopControl::start() {
  wall_.restart();
  parts_.observer->on_start(*parts_.plan, parts_.state->step);
  parts_.observer->on_phase(Phase::Training);
}

TrainingOutcome LoopControl::run(const Steps& steps, Selection& selection) {
  using End = TrainingOutcome::End;
  TrainingState& state = *parts_.state;
  start();
  auto steps_of_epoch = static_cast<std::int64_t>(steps.begin_epoch());
  const auto evaluates = [&] { return steps.evaluate && evaluation_is_due(state.group == steps_of_epoch); };
  TrainingOutcome outcome;
  for (;;) {
    if (obey_commands() == Outcome::Stops || (evaluates() && steps.evaluate() == Outcome::Stops)) {
      save();
      outcome.end = End::Stopped;
      break;
    }
    if (state.step >= parts_.plan->total_steps) break;
    if (selection.should_stop()) {
      outcome.end = End::StoppedEarly;
      break;
    }
    if (state.group == steps_of_epoch) {
      ++state.epoch;
      state.group = 0;
      steps_of_epoch = static_cast<std::int64_t>(steps.begin_epoch());
    }
    steps.take_step();
    save_if_due(false);
  }
  if (outcome.end != End::Stopped) save_if_long_unsaved();
  state.wall_seconds = wall_seconds();
  if (outcome.end != End::Stopped) outcome.kept_step = selection.put_back(state.step);
  outcome.state = state;
  outcome.epoch = static_cast<double>(outcome.kept_step.value_or(state.step)) /
                  static_cast<double>(parts_.plan->steps_per_epoch);
  outcome.tokens_per_second = static_cast<double>(state.tokens) / std::max(state.step_seconds, 1e-9);
  return outcome;
}

bool LoopControl::evaluation_is_due(bool is_end_of_epoch) const {
  const TrainingState& state = *parts_.state;
  if (state.step == 0 || state.evaluated_step == state.step) return false;
  if (state.step == parts_.plan->total_steps) return true;
  const std::int64_t every = parts_.options->evaluate_every_steps;
  return every > 0 ? state.step % every == 0 : is_end_of_epoch;
}

double LoopControl::epochs_done() const {
  return static_cast<double>(parts_.state->step) / static_cast<double>(parts_.plan->steps_per_epoch);
}

LoopControl::Outcome LoopControl::obey_commands() {
  if (parts_.commands == nullptr) return Outcome::Goes;
  while (const auto command = parts_.commands->take()) {
    if (*command == Command::Stop) return Outcome::Stops;
    if (*command == Command::Checkpoint) save();
    if (*command == Command::Pause && wait_while_paused() == Outcome::Stops) return Outcome::Stops;
  }
  return Outcome::Goes;
}

LoopControl::Outcome LoopControl::wait_while_paused() {
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

LoopControl::Outcome LoopControl::evaluate(const Evaluator& evaluator, tasks::TaskModel& model,
                                           std::optional<Evaluation>& evaluation) {
  parts_.observer->on_phase(Phase::Evaluating);
  // A pause or a stop asked for in the middle leaves the step as it was.
  std::optional<Command> interruption;
  const auto progress = [&](std::int64_t rows_done, std::int64_t rows) {
    parts_.observer->on_evaluation_progress(evaluator.split(), rows_done, rows);
    if (parts_.commands == nullptr) return true;
    const auto command = parts_.commands->take();
    if (command == Command::Stop || command == Command::Pause) interruption = command;
    if (command == Command::Checkpoint) save();
    return !interruption;
  };
  evaluation = evaluator.evaluate(model, progress);
  parts_.observer->on_phase(Phase::Training);
  if (evaluation) return Outcome::Goes;
  return interruption == Command::Stop ? Outcome::Stops : wait_while_paused();
}

void LoopControl::end_step(StepReport report, double seconds) {
  TrainingState& state = *parts_.state;
  ++state.step;
  ++state.group;
  report.step = state.step;
  report.total_steps = parts_.plan->total_steps;
  report.epoch = epochs_done();
  report.seconds = seconds;
  state.examples += report.examples;
  state.tokens += report.tokens;
  state.step_seconds += seconds;
  smooth(smoothed_seconds_per_token_, seconds / static_cast<double>(std::max<std::int64_t>(report.tokens, 1)));
  smooth(smoothed_seconds_per_step_, seconds);
  report.examples_done = state.examples;
  report.wall_seconds = wall_seconds();
  report.tokens_per_second = 1.0 / std::max(smoothed_seconds_per_token_, 1e-12);
  report.seconds_left = static_cast<double>(report.total_steps - state.step) * smoothed_seconds_per_step_;
  parts_.observer->on_step_end(report);
}

void LoopControl::save() {
  const std::filesystem::path& checkpoints = parts_.options->checkpoint_folder;
  if (checkpoints.empty()) return;
  const Stopwatch watch;
  parts_.observer->on_phase(Phase::Saving);
  const std::filesystem::path folder = write_checkpoint(checkpoints, parts_.make_checkpoint());
  last_saving_seconds_ = watch.seconds();
  saving_seconds_ += last_saving_seconds_;
  saved_at_ = wall_.seconds();
  parts_.observer->on_checkpoint({parts_.state->step, folder, checkpoint_size_bytes(folder), last_saving_seconds_});
  parts_.observer->on_phase(Phase::Training);
}

void LoopControl::save_if_due(bool after_evaluation) {
  const TrainingOptions& options = *parts_.options;
  if (options.checkpoint_folder.empty() || parts_.state->step == parts_.plan->total_steps) return;
  const std::int64_t every = options.checkpoint_every_steps;
  if (every > 0) {
    if (!after_evaluation && parts_.state->step % every == 0) save();
    return;
  }
  const double elapsed = wall_.seconds();
  const bool is_point = after_evaluation || elapsed - saved_at_ >= options.checkpoint_seconds;
  if (is_point && saving_seconds_ + last_saving_seconds_ <= options.checkpoint_share * elapsed) save();
}

void LoopControl::save_if_long_unsaved() {
  if (wall_.seconds() - saved_at_ >= kLongUnsaved) save();
}

}  // namespace lorascope::train
