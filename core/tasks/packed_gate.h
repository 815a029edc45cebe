#pragma once

#include <span>

#include "core/adapters/xlora.h"
#include "core/nn/packed_encoder.h"
#include "core/nn/packed_scalings.h"
#include "core/tasks/gate_inputs.h"
#include "core/tasks/model_parts.h"

namespace lorascope::tasks {

/// What mixes adapters on packed tokens. X-LoRA in mode ours: the scaling pass without dropout, the gate on [T,H], and
/// the gate's gradients from those of the scalings; the gate itself is plain autograd over a few products, the encoder
/// is not. Adapters by row: scalings of 1 and 0, since all adapters' low-rank products together cost a few percent.
class PackedGate {
 public:
  /// The mixture of `parts`, which must fit (fits_packed_gate).
  explicit PackedGate(ModelParts& parts);

  /// Fills scalings() for a batch; with `key` for a training step, its graph kept for backward(). `owners` [B] are the
  /// sequences' own adapters, -1 for none. Throws UsageError where a mixture by row has not one for each.
  void predict(const nn::PackedBatch& batch, std::span<const std::int64_t> owners, const nn::DropoutKey* key);
  nn::PackedScalings& scalings() { return scalings_; }
  const at::Tensor& predicted() const { return predicted_; }  ///< [T,L,N]; undefined without a gate
  /// Adds the gate's gradients from scalings().gradients and its own terms of the loss; returns those terms.
  double backward(double loss_weight);
  void zero_gradients();

  /// The gate's own terms of the loss for scalings [T,L,N].
  double gate_loss(const at::Tensor& scalings) const;
  GateInputs& inputs() { return inputs_; }

 private:
  at::Tensor scaling_pass(const nn::PackedBatch& batch);
  void set_rows(const nn::PackedBatch& batch, std::span<const std::int64_t> owners);

  adapters::Xlora* xlora_;  ///< null: adapters by row
  adapters::MixedModules modules_;
  nn::PackedEncoder encoder_;
  nn::PackedScalings scalings_, first_scalings_;
  GateInputs inputs_;
  at::Tensor predicted_, applied_;
};

/// Whether the parts' mixture can be computed by PackedGate: X-LoRA in mode ours or adapters by row, no bias on any B.
bool fits_packed_gate(ModelParts& parts);

}  // namespace lorascope::tasks
