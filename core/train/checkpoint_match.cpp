#include "core/train/checkpoint_match.h"

#include <ATen/ATen.h>

#include <sstream>
#include <vector>

#include "core/base/error.h"

namespace lorascope::train {
namespace {

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

/// Adds what differs between a checkpoint's fingerprint and this training's.
void compare_fingerprints(const std::map<std::string, std::string>& stored,
                          const std::map<std::string, std::string>& expected, std::vector<Problem>& problems) {
  for (const auto& [name, wanted] : expected) {
    const auto found = stored.find(name);
    const std::string value = found == stored.end() ? "nothing" : found->second;
    if (value != wanted) problems.push_back({name, value, wanted, "resume with the settings of the run"});
  }
}

/// Adds which of the expected tensors are not there or have another shape; `what`: "weights".
void compare_tensors(const std::map<std::string, at::Tensor>& stored, const std::map<std::string, at::Tensor>& expected,
                     const std::string& what, std::vector<Problem>& problems) {
  constexpr const char* kHint = "resume with the model, method and adapter settings of the run";
  for (const auto& [name, tensor] : expected) {
    const auto found = stored.find(name);
    if (found == stored.end()) {
      problems.push_back({what + ": " + name, "nothing", shape_text(tensor), kHint});
    } else if (found->second.sizes() != tensor.sizes()) {
      problems.push_back({what + ": " + name, shape_text(found->second), shape_text(tensor), kHint});
    }
  }
  if (stored.size() > expected.size()) {
    problems.push_back({what, std::to_string(stored.size()) + " tensors", std::to_string(expected.size()), kHint});
  }
}

}  // namespace

std::map<std::string, std::string> fingerprint_of(const TrainingOptions& o) {
  std::map<std::string, std::string> result = {
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

void check_fits(const Checkpoint& checkpoint, const std::map<std::string, std::string>& fingerprint,
                const std::map<std::string, at::Tensor>& values, const StepPlan& plan) {
  std::vector<Problem> problems;
  compare_fingerprints(checkpoint.fingerprint, fingerprint, problems);
  compare_tensors(checkpoint.weights, values, "weights", problems);
  compare_tensors(checkpoint.first_moments, values, "first moments", problems);
  compare_tensors(checkpoint.second_moments, values, "second moments", problems);
  if (checkpoint.state.early_stopping.best) compare_tensors(checkpoint.best_weights, values, "best weights", problems);
  if (checkpoint.state.step > plan.total_steps || checkpoint.state.group > plan.steps_per_epoch) {
    problems.push_back({"state", "step " + std::to_string(checkpoint.state.step), "a step of this training", ""});
  }
  if (!problems.empty()) throw CheckpointError("the checkpoint belongs to another training", problems);
}

void copy_values(const std::map<std::string, at::Tensor>& stored, const std::map<std::string, at::Tensor>& targets) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, target] : targets) at::Tensor(target).copy_(stored.at(name));
}

}  // namespace lorascope::train
