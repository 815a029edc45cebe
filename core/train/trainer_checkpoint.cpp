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
  checkpoint.state.wall_seconds = loop_.wall_seconds();
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
  loop_.resumed();
}

}  // namespace lorascope::train
