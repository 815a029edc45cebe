#pragma once

#include "core/nn/dropout.h"
#include "core/tasks/model_parts.h"

namespace lorascope::tasks {

/// One way of computing a task model's forward and backward pass.
class Pass {
 public:
  virtual ~Pass() = default;

  /// Adds loss_weight · dLoss into the gradients; returns the loss.
  virtual double train(const Batch& batch, double loss_weight, const nn::DropoutKey& key) = 0;
  /// Through `encoder`: the parts' own or a merged copy of it.
  virtual Output evaluate(nn::Encoder& encoder, const Batch& batch, bool hidden_states) = 0;
  virtual void zero_gradients() = 0;
  /// The encoder that was last evaluated is gone or has changed.
  virtual void forget_evaluated() {}
};

std::unique_ptr<Pass> make_packed_pass(ModelParts& parts);
std::unique_ptr<Pass> make_compatible_pass(ModelParts& parts, const std::string& device);

/// The losses of every labelled row and their mean, from logits on the CPU.
void add_losses(const ModelParts& parts, const Batch& batch, Output& output);

}  // namespace lorascope::tasks
