#include "core/train/early_stopping.h"

#include "core/base/error.h"

namespace lorascope::train {

EarlyStopping::EarlyStopping(std::string selection, int patience)
    : selection_(std::move(selection)), patience_(patience) {}

bool EarlyStopping::add(const std::map<std::string, double>& scores, std::int64_t step) {
  if (selection_.empty()) return false;
  const auto found = scores.find(selection_);
  if (found == scores.end()) {
    std::string names;
    for (const auto& [name, value] : scores) names += (names.empty() ? "" : ", ") + name;
    throw UsageError("select_by: found \"" + selection_ + "\", expected one of " + names,
                     "name a score of the evaluation, or leave select_by out");
  }
  const bool smaller_is_better = selection_.ends_with("loss");
  const double value = found->second;
  const bool is_better = !state_.best || (smaller_is_better ? value < *state_.best : value > *state_.best);
  if (!is_better) {
    ++state_.without_improvement;
    return false;
  }
  state_ = State{value, step, 0};
  return true;
}

}  // namespace lorascope::train
