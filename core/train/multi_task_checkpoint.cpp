#include <ATen/ATen.h>

#include <set>

#include "core/tasks/task_model.h"
#include "core/train/checkpoint_match.h"
#include "core/train/multi_task_trainer.h"

namespace lorascope::train {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

/// Adds `more` to `all` under names with `prefix` before them, and takes them out again.
void add_named(Tensors& all, const std::string& prefix, const Tensors& more) {
  for (const auto& [name, tensor] : more) all[prefix + name] = tensor;
}

Tensors named(const Tensors& all, const std::string& prefix, const std::vector<nn::Parameter>& parameters) {
  Tensors part;
  for (const nn::Parameter& parameter : parameters) part[parameter.name] = all.at(prefix + parameter.name);
  return part;
}

}  // namespace

Tensors MultiTaskTrainer::values() const {
  Tensors all;
  for (const nn::Parameter& parameter : shared_parameters_) all[parameter.name] = parameter.value;
  for (std::size_t i = 0; i < own_parameters_.size(); ++i)
    for (const nn::Parameter& parameter : own_parameters_[i])
      all[parts_.tasks[i].name + "/" + parameter.name] = parameter.value;
  return all;
}

std::map<std::string, std::string> MultiTaskTrainer::fingerprint() const {
  std::map<std::string, std::string> result = fingerprint_of(options_);
  result["total_steps"] = std::to_string(plan_.total_steps);
  for (std::size_t i = 0; i < parts_.tasks.size(); ++i)
    result["batches of " + parts_.tasks[i].name] =
        std::to_string(stream_.counts()[i]) + " of " + std::to_string(micro_batches_.num_rows(i)) + " rows" +
        (parts_.tasks[i].zero_segment_ids ? ", segment ids zero" : "");
  return result;
}

Checkpoint MultiTaskTrainer::make_checkpoint() const {
  Checkpoint checkpoint;
  checkpoint.state = state_;
  checkpoint.state.wall_seconds = loop_.wall_seconds();
  checkpoint.fingerprint = fingerprint();
  checkpoint.weights = values();
  selection_->write(checkpoint);
  for (std::size_t i = 0; i < optimizers_.size(); ++i) {
    const std::string prefix = i == 0 ? "" : parts_.tasks[i - 1].name + "/";
    add_named(checkpoint.first_moments, prefix, optimizers_[i].first_moments());
    add_named(checkpoint.second_moments, prefix, optimizers_[i].second_moments());
  }
  return checkpoint;
}

void MultiTaskTrainer::restore(const Checkpoint& checkpoint) {
  check_fits(checkpoint, fingerprint(), values(), plan_);
  copy_values(checkpoint.weights, values());
  values_changed();
  for (std::size_t i = 0; i < optimizers_.size(); ++i) {
    const std::string prefix = i == 0 ? "" : parts_.tasks[i - 1].name + "/";
    const std::vector<nn::Parameter>& own = i == 0 ? shared_parameters_ : own_parameters_[i - 1];
    optimizers_[i].restore(named(checkpoint.first_moments, prefix, own), named(checkpoint.second_moments, prefix, own));
  }
  selection_->restore(checkpoint);
  state_ = checkpoint.state;
  loop_.resumed();
  // How often each task was drawn follows from the order of the batches.
  own_steps_.assign(parts_.tasks.size(), 0);
  for (std::int64_t epoch = 0; epoch <= state_.epoch; ++epoch) {
    const auto steps = steps_of(stream_.batches(epoch), options_.accumulate);
    const std::size_t done = epoch < state_.epoch ? steps.size() : static_cast<std::size_t>(state_.group);
    for (std::size_t i = 0; i < done; ++i) {
      std::set<std::size_t> drawn;
      for (const MicroBatch& batch : steps[i]) drawn.insert(batch.task);
      for (const std::size_t task : drawn) ++own_steps_[task];
    }
  }
}

}  // namespace lorascope::train
