#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "core/train/checkpoint.h"
#include "core/train/step_plan.h"
#include "core/train/training_options.h"

// Of core/train only: what trainers compare a checkpoint with before they go on from it.

namespace lorascope::train {

/// What the numbers of a training depend on, as name and value; exact, two numbers have one text only if equal.
std::map<std::string, std::string> fingerprint_of(const TrainingOptions& options);

/// Throws CheckpointError with all that differs between a checkpoint and the training that is to go on from it: what its
/// numbers depend on, names and shapes of everything trained, and the number of its steps.
void check_fits(const Checkpoint& checkpoint, const std::map<std::string, std::string>& fingerprint,
                const std::map<std::string, at::Tensor>& values, const StepPlan& plan);

/// Copies the stored values into the tensors of the same name.
void copy_values(const std::map<std::string, at::Tensor>& stored, const std::map<std::string, at::Tensor>& targets);

}  // namespace lorascope::train
