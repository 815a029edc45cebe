#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace lorascope::train {

/// Follows one score over the evaluations: which one was the best, and whether training should end (finding 14).
/// Strictly better only; names that end in "loss" are better when smaller, all others when larger.
class EarlyStopping {
 public:
  /// selection: name of the score, empty: nothing is followed. patience: 0: never stop.
  EarlyStopping(std::string selection, int patience);

  /// What a checkpoint has to keep.
  struct State {
    std::optional<double> best;   ///< value of the best evaluation so far
    std::int64_t best_step = 0;   ///< its optimiser step
    int without_improvement = 0;  ///< evaluations since then
  };

  /// Takes an evaluation; true if it is the best so far. The patience counter is brought up to date first, against the
  /// best so far. Throws UsageError if the score is not among them (lists the names there are).
  bool add(const std::map<std::string, double>& scores, std::int64_t step);

  bool should_stop() const { return patience_ > 0 && state_.without_improvement >= patience_; }
  bool is_following() const { return !selection_.empty(); }
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  std::string selection_;
  int patience_;
  State state_;
};

}  // namespace lorascope::train
