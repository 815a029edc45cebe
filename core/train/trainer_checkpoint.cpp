#include <ATen/ATen.h>

#include <sstream>

#include "core/base/error.h"
#include "core/tasks/task_model.h"
#include "core/train/trainer.h"

namespace lorascope::train {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

/// Exact: two numbers have one text only if they are equal.
std::string text(double value) {
  std::ostringstream out;
  out.precision(17);
  out << value;
  return out.str();
}

std::string_view text(Ordering ordering) {
  switch (ordering) {
    case Ordering::Shuffled:
      return "shuffled";
    case Ordering::Grouped:
      return "grouped";
    case Ordering::AsGiven:
      return "as given";
  }
  return "";
}

std::string shape_text(const at::Tensor& tensor) {
  std::ostringstream out;
  out << tensor.sizes();
  return out.str();
}

/// Names and shapes of a checkpoint's tensors against the model's.
void compare(const Tensors& stored, const std::vector<nn::Parameter>& parameters, const std::string& what,
             std::vector<Problem>& problems) {
  constexpr const char* kHint = "resume with the model, method and adapter settings of the run";
  for (const nn::Parameter& parameter : parameters) {
    const auto found = stored.find(parameter.name);
    if (found == stored.end()) {
      problems.push_back({what + ": " + parameter.name, "nothing", shape_text(parameter.value), kHint});
    } else if (found->second.sizes() != parameter.value.sizes()) {
      problems.push_back({what + ": " + parameter.name, shape_text(found->second), shape_text(parameter.value), kHint});
    }
  }
  if (stored.size() > parameters.size()) {
    problems.push_back({what, std::to_string(stored.size()) + " tensors", std::to_string(parameters.size()), kHint});
  }
}

void copy_into(const Tensors& stored, const std::vector<nn::Parameter>& parameters) {
  const at::NoGradGuard no_grad;
  for (const nn::Parameter& parameter : parameters) {
    at::Tensor value = parameter.value;
    value.copy_(stored.at(parameter.name));
  }
}

}  // namespace

std::map<std::string, std::string> Trainer::fingerprint() const {
  const TrainingOptions& o = options_;
  std::map<std::string, std::string> result = {
          {"rows", std::to_string(plan_.rows)},
          {"total_steps", std::to_string(plan_.total_steps)},
          {"batch_size", std::to_string(o.batch_size)},
          {"accumulate", std::to_string(o.accumulate)},
          {"learning_rate", text(o.learning_rate)},
          {"warmup_ratio", text(o.warmup_ratio)},
          {"weight_decay", text(o.weight_decay)},
          {"max_grad_norm", text(o.max_grad_norm)},
          {"loraplus_ratio", text(o.loraplus_ratio)},
          {"seed", std::to_string(o.seed)},
          {"ordering", std::string(text(o.ordering))},
          {"early_stopping_patience", std::to_string(o.early_stopping_patience)},
          {"select_by", o.follows_best() ? o.select_by : "nothing"},
          {"evaluate_every_steps", std::to_string(o.evaluate_every_steps)}};
  // Checkpoints of before these options existed have none of them.
  if (o.accumulate_by_terms) result["accumulate_by"] = "tokens";
  if (o.head_learning_rate > 0.0) result["head_learning_rate"] = text(o.head_learning_rate);
  if (o.zero_segment_ids) result["segment_ids"] = "zero";
  return result;
}

Checkpoint Trainer::make_checkpoint() {
  Checkpoint checkpoint;
  checkpoint.state = state_;
  checkpoint.state.wall_seconds = wall_seconds();
  checkpoint.state.early_stopping = early_stopping_.state();
  checkpoint.fingerprint = fingerprint();
  for (const nn::Parameter& parameter : parts_.model->trainable()) checkpoint.weights[parameter.name] = parameter.value;
  checkpoint.first_moments = optimizer_.first_moments();
  checkpoint.second_moments = optimizer_.second_moments();
  checkpoint.best_weights = best_weights_;
  return checkpoint;
}

void Trainer::restore(const Checkpoint& checkpoint) {
  const std::vector<nn::Parameter>& parameters = parts_.model->trainable();
  std::vector<Problem> problems;
  for (const auto& [name, expected] : fingerprint()) {
    const auto found = checkpoint.fingerprint.find(name);
    const std::string value = found == checkpoint.fingerprint.end() ? "nothing" : found->second;
    if (value != expected) problems.push_back({name, value, expected, "resume with the settings of the run"});
  }
  compare(checkpoint.weights, parameters, "weights", problems);
  compare(checkpoint.first_moments, parameters, "first moments", problems);
  compare(checkpoint.second_moments, parameters, "second moments", problems);
  if (checkpoint.state.early_stopping.best) compare(checkpoint.best_weights, parameters, "best weights", problems);
  if (checkpoint.state.step > plan_.total_steps || checkpoint.state.group > plan_.steps_per_epoch) {
    problems.push_back({"state", "step " + std::to_string(checkpoint.state.step), "a step of this training", ""});
  }
  if (!problems.empty()) throw CheckpointError("the checkpoint belongs to another training", problems);

  copy_into(checkpoint.weights, parameters);
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
