#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/train/training_options.h"

// Of core/train only: what trainers compare a checkpoint with before they go on from it.

namespace lorascope::train {

/// What the numbers of a training depend on, as name and value; exact, two numbers have one text only if equal.
std::map<std::string, std::string> fingerprint_of(const TrainingOptions& options);

/// Adds what differs between a checkpoint's fingerprint and this training's.
void compare_fingerprints(const std::map<std::string, std::string>& stored,
                          const std::map<std::string, std::string>& expected, std::vector<Problem>& problems);

/// Adds which of the expected tensors are not there or have another shape; `what`: "weights".
void compare_tensors(const std::map<std::string, at::Tensor>& stored, const std::map<std::string, at::Tensor>& expected,
                     const std::string& what, std::vector<Problem>& problems);

/// Copies the stored values into the tensors of the same name.
void copy_values(const std::map<std::string, at::Tensor>& stored, const std::map<std::string, at::Tensor>& targets);

}  // namespace lorascope::train
