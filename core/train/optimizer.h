#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/nn/parameter.h"
#include "core/train/training_options.h"

namespace lorascope::tasks {
class TaskModel;
}  // namespace lorascope::tasks

namespace lorascope::train {

/// How the steps are computed. Fused: nn::adamw_step, one pass over memory. Original: tensor by tensor in the operations
/// of torch.optim.AdamW and clip_grad_norm_, so that on equal gradients not one bit differs.
enum class Arithmetic { Fused, Original };
/// Original on the compatible path.
Arithmetic arithmetic_of(const tasks::TaskModel& model);

/// AdamW over a model's trained parameters, with their moments (oracle/TRAINING.md, findings 8 to 11). Decay and the
/// learning rate's factor go by parameter names.
class Optimizer {
 public:
  /// The parameters must outlive the optimiser.
  Optimizer(const std::vector<nn::Parameter>& parameters, const TrainingOptions& options, Arithmetic arithmetic);

  /// 2-norm over all gradients.
  double gradient_norm() const;
  /// min(1, max_norm / (norm + 1e-6)); 1 where max_norm is 0 (finding 8).
  double clip_factor(double norm, double max_norm) const;
  /// One step with the gradients times `clip_factor`. `step` counts from 1: the t of the formula.
  void step(std::int64_t step, double learning_rate, double clip_factor);

  /// The moments under the parameters' names, for a checkpoint; they share memory with the optimiser.
  std::map<std::string, at::Tensor> first_moments() const;
  std::map<std::string, at::Tensor> second_moments() const;
  /// Takes the moments of a checkpoint whose names and shapes have been compared.
  void restore(const std::map<std::string, at::Tensor>& first, const std::map<std::string, at::Tensor>& second);

 private:
  struct Slot {
    nn::Parameter parameter;  ///< shares memory with the model
    at::Tensor first, second;
    double decay = 0.0;
    double rate_factor = 1.0;
  };
  static void original_step(const Slot& slot, std::int64_t step, double rate, double clip_factor);

  Arithmetic arithmetic_;
  std::vector<nn::Parameter> parameters_;
  std::vector<Slot> slots_;
};

}  // namespace lorascope::train
