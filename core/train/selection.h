#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/train/checkpoint.h"
#include "core/train/early_stopping.h"
#include "core/train/training_options.h"

namespace lorascope::train {

/// Chooses which state of a training is the best by a score of its evaluations, keeps that state's values, and puts them
/// back. Does nothing where the options follow no best.
class Selection {
 public:
  /// `values`: everything that is trained, under its names in checkpoints; they share memory with the models.
  /// `values_changed` is called after they were changed here.
  Selection(const TrainingOptions& options, std::map<std::string, at::Tensor> values,
            std::function<void()> values_changed);

  /// Takes an evaluation; true if it is the best so far, whose values are kept then. Throws UsageError if the score is
  /// not among them.
  bool add(const std::map<std::string, double>& scores, std::int64_t step);
  bool should_stop() const { return early_stopping_.should_stop(); }
  /// Puts the best values back where those of `step` are not the best; the step of the values that are there now, or
  /// nothing where no evaluation was followed.
  std::optional<std::int64_t> put_back(std::int64_t step);

  void write(Checkpoint& checkpoint) const;
  /// Takes what was written to a checkpoint that fits (check_fits).
  void restore(const Checkpoint& checkpoint);

 private:
  std::map<std::string, at::Tensor> values_;
  std::function<void()> values_changed_;
  EarlyStopping early_stopping_;
  std::map<std::string, at::Tensor> best_;
};

}  // namespace lorascope::train
