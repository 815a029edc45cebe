#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/tasks/task_model.h"
#include "core/train/checkpoint_match.h"
#include "core/train/trainer.h"

namespace lorascope::train {
namespace {

/// The parameters' tensors under their names.
std::map<std::string, at::Tensor> values_of(const std::vector<nn::Parameter>& parameters) {
  std::map<std::string, at::Tensor> values;
  for (const nn::Parameter& parameter : parameters) values[parameter.name] = parameter.value;
  return values;
}

}  // namespace

std::map<std::string, std::string> Trainer::fingerprint() const {
  std::map<std::string, std::string> result = fingerprint_of(options_);
  result["rows"] = std::to_string(plan_.rows);
  result["total_steps"] = std::to_string(plan_.total_steps);
  return result;
}

Checkpoint Trainer::make_checkpoint() {
  Checkpoint checkpoint;
  checkpoint.state = state_;
  checkpoint.state.wall_seconds = wall_seconds();
  checkpoint.state.early_stopping = early_stopping_.state();
  checkpoint.fingerprint = fingerprint();
  checkpoint.weights = values_of(parts_.model->trainable());
  checkpoint.first_moments = optimizer_.first_moments();
  checkpoint.second_moments = optimizer_.second_moments();
  checkpoint.best_weights = best_weights_;
  return checkpoint;
}

void Trainer::restore(const Checkpoint& checkpoint) {
  const std::vector<nn::Parameter>& parameters = parts_.model->trainable();
  std::vector<Problem> problems;
  compare_fingerprints(checkpoint.fingerprint, fingerprint(), problems);
  const std::map<std::string, at::Tensor> values = values_of(parameters);
  compare_tensors(checkpoint.weights, values, "weights", problems);
  compare_tensors(checkpoint.first_moments, values, "first moments", problems);
  compare_tensors(checkpoint.second_moments, values, "second moments", problems);
  if (checkpoint.state.early_stopping.best) compare_tensors(checkpoint.best_weights, values, "best weights", problems);
  if (checkpoint.state.step > plan_.total_steps || checkpoint.state.group > plan_.steps_per_epoch) {
    problems.push_back({"state", "step " + std::to_string(checkpoint.state.step), "a step of this training", ""});
  }
  if (!problems.empty()) throw CheckpointError("the checkpoint belongs to another training", problems);

  copy_values(checkpoint.weights, values);
  parts_.model->values_changed();
  optimizer_.restore(checkpoint.first_moments, checkpoint.second_moments);
  early_stopping_.restore(checkpoint.state.early_stopping);
  best_weights_.clear();
  for (const auto& parameter : parameters) {
    const auto best = checkpoint.best_weights.find(parameter.name);
    if (best != checkpoint.best_weights.end()) best_weights_[parameter.name] = best->second.to(parameter.value.device());
  }
  state_ = checkpoint.state;
  wall_before_ = state_.wall_seconds;
  saved_step_ = state_.step;
}

void Trainer::save() {
  if (options_.checkpoint_folder.empty()) return;
  const Stopwatch watch;
  parts_.observer->on_phase(Phase::Saving);
  const std::filesystem::path folder = write_checkpoint(options_.checkpoint_folder, make_checkpoint());
  last_saving_seconds_ = watch.seconds();
  saving_seconds_ += last_saving_seconds_;
  saved_step_ = state_.step;
  saved_at_ = wall_.seconds();
  parts_.observer->on_checkpoint({state_.step, folder, checkpoint_size_bytes(folder), last_saving_seconds_});
  parts_.observer->on_phase(Phase::Training);
}

void Trainer::save_if_due(bool after_evaluation) {
  if (options_.checkpoint_folder.empty() || state_.step == plan_.total_steps) return;
  const std::int64_t every = options_.checkpoint_every_steps;
  if (every > 0) {
    if (!after_evaluation && state_.step % every == 0) save();
    return;
  }
  const double elapsed = wall_.seconds();
  const bool is_point = after_evaluation || elapsed - saved_at_ >= options_.checkpoint_seconds;
  if (is_point && saving_seconds_ + last_saving_seconds_ <= options_.checkpoint_share * elapsed) save();
}

}  // namespace lorascope::train
