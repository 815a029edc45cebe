#include "core/train/selection.h"

#include <ATen/ATen.h>

#include "core/train/checkpoint_match.h"

namespace lorascope::train {

Selection::Selection(const TrainingOptions& options, std::map<std::string, at::Tensor> values,
                     std::function<void()> values_changed)
    : values_(std::move(values)),
      values_changed_(std::move(values_changed)),
      early_stopping_(options.follows_best() ? options.select_by : std::string(), options.early_stopping_patience) {}

bool Selection::add(const std::map<std::string, double>& scores, std::int64_t step) {
  if (!early_stopping_.add(scores, step)) return false;
  const at::NoGradGuard no_grad;
  for (const auto& [name, value] : values_) {
    at::Tensor& kept = best_[name];
    if (!kept.defined()) kept = at::empty_like(value);
    kept.copy_(value);
  }
  return true;
}

std::optional<std::int64_t> Selection::put_back(std::int64_t step) {
  if (best_.empty()) return std::nullopt;
  const std::int64_t best_step = early_stopping_.state().best_step;
  if (best_step == step) return step;
  copy_values(best_, values_);
  values_changed_();
  return best_step;
}

void Selection::write(Checkpoint& checkpoint) const {
  checkpoint.state.early_stopping = early_stopping_.state();
  checkpoint.best_weights = best_;
}

void Selection::restore(const Checkpoint& checkpoint) {
  early_stopping_.restore(checkpoint.state.early_stopping);
  best_.clear();
  for (const auto& [name, value] : values_) {
    const auto best = checkpoint.best_weights.find(name);
    if (best != checkpoint.best_weights.end()) best_[name] = best->second.to(value.device());
  }
}

}  // namespace lorascope::train
