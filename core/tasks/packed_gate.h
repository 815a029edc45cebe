#pragma once

#include <optional>
#include <span>

#include "core/adapters/xlora.h"
#include "core/nn/packed_encoder.h"
#include "core/nn/packed_scalings.h"
#include "core/tasks/gate_inputs.h"
#include "core/tasks/model_parts.h"
#include "core/tasks/packed_router.h"

namespace lorascope::tasks {

/// What mixes adapters on packed tokens. X-LoRA in mode ours: the scaling pass without dropout, the gate on [T,H], and
/// the gate's gradients from those of the scalings; the gate itself is plain autograd over a few products, the encoder
/// is not. Modules that route for themselves: PackedRouter. Adapters by row: one segment for each run of sequences with
/// one adapter.
class PackedGate {
 public:
  /// The mixture of `parts`, which must fit (fits_packed_gate).
  explicit PackedGate(ModelParts& parts);

  /// Whether anything in it is trained: what makes the encoder's backward pass necessary.
  bool is_trained() const { return xlora_ || (router_ && routed_->routing().is_trained()); }
  bool is_by_row() const { return !xlora_ && !routed_; }

  /// Prepares scalings() for a batch; with `key` for a training step of weight `loss_weight`, kept for backward().
  /// `owners` [B] are the sequences' own adapters, -1 for none. Throws UsageError where a mixture by row has not one
  /// for each.
  void predict(const nn::PackedBatch& batch, std::span<const std::int64_t> owners, const nn::DropoutKey* key,
               double loss_weight = 1);
  nn::PackedScalings& scalings() { return scalings_; }
  /// [T,L,N] what the gate says, once the encoder's pass is over; undefined without a gate.
  const at::Tensor& predicted() const { return router_ ? router_->scores() : predicted_; }
  /// Adds the gate's gradients from scalings().gradients and its own terms of the loss; returns those terms.
  double backward(double loss_weight);
  void zero_gradients();

  /// The gate's own terms of the loss for scalings [T,L,N] of a batch.
  double gate_loss(const at::Tensor& scalings, const nn::PackedBatch& batch, std::span<const std::int64_t> owners) const;
  GateInputs& inputs() { return inputs_; }

 private:
  at::Tensor scaling_pass(const nn::PackedBatch& batch);
  at::Tensor own_terms(const at::Tensor& scalings, const nn::PackedBatch& batch,
                       std::span<const std::int64_t> owners) const;
  std::vector<std::int64_t> token_owners(const nn::PackedBatch& batch, std::span<const std::int64_t> owners) const;
  std::int64_t usual_owner() const;
  void check_owners(const nn::PackedBatch& batch, std::span<const std::int64_t> owners) const;

  adapters::Xlora* xlora_;           ///< null: another mixture
  adapters::RoutedMixture* routed_;  ///< null: another mixture
  adapters::MixedModules modules_;
  nn::PackedEncoder encoder_;
  nn::PackedScalings scalings_, first_scalings_;
  GateInputs inputs_;
  std::optional<PackedRouter> router_;
  at::Tensor predicted_, applied_;
  const nn::PackedBatch* batch_ = nullptr;  ///< of the training step that is under way
  std::span<const std::int64_t> owners_;    ///< its sequences' own adapters
};

/// Whether the parts' mixture can be computed by PackedGate: no X-LoRA in a mode other than ours, no bias on any B.
bool fits_packed_gate(ModelParts& parts);

/// Segments of consecutive sequences with one adapter.
std::vector<nn::AdapterSegment> segments_of(const nn::PackedBatch& batch, std::span<const std::int64_t> owners);

}  // namespace lorascope::tasks
