#include <ATen/ATen.h>

#include "core/tasks/task_model.h"
#include "core/train/checkpoint_match.h"
#include "core/train/trainer.h"

namespace lorascope::train {

std::map<std::string, std::string> Trainer::fingerprint() const {
  std::map<std::string, std::string> result = fingerprint_of(options_);
  result["rows"] = std::to_string(plan_.rows);
  result["total_steps"] = std::to_string(plan_.total_steps);
  return result;
}

Checkpoint Trainer::make_checkpoint() const {
  Checkpoint checkpoint;
  checkpoint.state = state_;
  checkpoint.state.wall_seconds = loop_.wall_seconds();
  checkpoint.fingerprint = fingerprint();
  checkpoint.weights = values_;
  checkpoint.first_moments = optimizer_.first_moments();
  checkpoint.second_moments = optimizer_.second_moments();
  selection_.write(checkpoint);
  return checkpoint;
}

void Trainer::restore(const Checkpoint& checkpoint) {
  check_fits(checkpoint, fingerprint(), values_, plan_);
  copy_values(checkpoint.weights, values_);
  parts_.model->values_changed();
  optimizer_.restore(checkpoint.first_moments, checkpoint.second_moments);
  selection_.restore(checkpoint);
  state_ = checkpoint.state;
  loop_.resumed();
}

}  // namespace lorascope::train
