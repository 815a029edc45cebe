#pragma once

#include <memory>

#include "core/adapters/mixing.h"
#include "core/adapters/xlora_gate.h"

namespace lorascope::adapters {

struct XloraOptions {
  XloraMode mode = XloraMode::Ours;
  /// Weight of N · Σ_n (mean scaling of adapter n)², 1 where all share alike, N where one takes all: against collapse.
  double balance_weight = 0;
  /// Weight of the mean entropy of a token's scalings, in nats: positive makes them decided, negative mixed.
  double entropy_weight = 0;
  /// Weight of the mean −ln of a token's scaling of its own adapter, over the tokens that have one and all layers.
  double task_weight = 0;
  std::int64_t own_adapter = -1;  ///< of sequences of which a batch says nothing; -1: none
  /// Mode ours on packed tokens, scaling pass at 0: how much of the gate's inputs is kept from epoch to epoch. 0: none.
  std::int64_t cached_input_bytes = 0;
};

constexpr std::uint32_t kGateSite = 0x40000;  ///< of the gate's dropout masks, one a layer

/// X-LoRA over one encoder ([X-LoRA] §2), two named passes: the scaling pass with constant scalings feeds the gate, and
/// the pass after it uses what the gate says: y = W x + b + g Σ_n s_n B_n A_n drop(x ⊙ λ[t,l,n]).
class Xlora final : public Mixture {
 public:
  Xlora(std::unique_ptr<XloraGate> gate, MixedModules modules, const XloraOptions& options);

  /// The last hidden states [B,S,H] of the scaling pass, without gradient. In the originals' modes it has dropout of
  /// its own where the pass has; in mode ours none.
  at::Tensor scaling_pass(const MixtureInput& input) const;
  std::unique_ptr<MixturePass> begin(const MixtureInput& input) override;
  std::vector<NamedWeight> weights() override { return gate_->weights(); }

  /// Whether the gate has terms of the loss of its own.
  bool has_gate_loss() const;
  /// These terms for the scalings [T,L,N] of real tokens with own adapters [T] int64, -1 where there is none; undefined
  /// without any.
  at::Tensor gate_loss(const at::Tensor& scalings, const at::Tensor& owners) const;

  const XloraGate& gate() const { return *gate_; }
  const XloraOptions& options() const { return options_; }
  const MixedModules& modules() const { return modules_; }

 private:
  std::unique_ptr<XloraGate> gate_;
  MixedModules modules_;
  XloraOptions options_;
};

}  // namespace lorascope::adapters
