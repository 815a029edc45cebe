#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/adapters/lora.h"
#include "core/nn/adapter_mixer.h"
#include "core/nn/compatible_encoder.h"

namespace lorascope::adapters {

/// The axes L and N of a mixture's scalings: which modules any adapter touches, in the order in which the encoder
/// traverses them, and which adapters each of them has.
class MixedModules {
 public:
  /// Throws CheckpointError where an adapter touches embeddings or the pooler, or has biases of the base trained (bias
  /// "all" or "lora_only"): those are not mixed.
  MixedModules(nn::Encoder& encoder, const std::vector<AttachedAdapter>& adapters);

  struct Place {
    std::int64_t layer = 0;              ///< l
    std::vector<std::int64_t> adapters;  ///< n of each of the module's adapters
  };
  const Place& at(const std::string& path) const { return places_.at(path); }
  const std::vector<std::string>& paths() const { return paths_; }
  std::int64_t num_layers() const { return static_cast<std::int64_t>(paths_.size()); }
  std::int64_t num_adapters() const { return num_adapters_; }

 private:
  std::map<std::string, Place> places_;
  std::vector<std::string> paths_;
  std::int64_t num_adapters_ = 0;
};

/// One forward pass of a mixture on padded rows.
class MixturePass : public nn::AdapterMixer {
 public:
  /// [B,S,L,N]: what the gate says, before the choice of adapters; undefined where there is no gate.
  virtual at::Tensor scalings() const { return {}; }
  /// [B,S,L,N]: what the modules used, without the global weight; undefined where there is no gate.
  virtual at::Tensor applied() const { return {}; }
  /// A term of the loss beside the task's; undefined without.
  virtual at::Tensor gate_loss() const { return {}; }
};

/// What a pass of a mixture works on.
struct MixtureInput {
  const nn::CompatibleEncoder& encoder;
  nn::CompatibleEncoder::Pass pass;           ///< without a mixer
  const std::vector<std::int64_t>& adapters;  ///< [B] each sequence's own adapter, -1 for none; empty: not known
};

/// [T] the own adapter of each of the positions `real` [T] in [B·S]; `usual` where the input says nothing.
at::Tensor token_owners(const MixtureInput& input, const at::Tensor& real, std::int64_t usual);

/// How several frozen adapters on one encoder act together, decided for each token and module.
class Mixture {
 public:
  virtual ~Mixture() = default;

  /// Computes what has to be known before the encoder's forward pass; the result mixes that pass.
  virtual std::unique_ptr<MixturePass> begin(const MixtureInput& input) = 0;
  /// Whether each sequence has its own adapter and nothing else decides.
  virtual bool is_by_row() const { return false; }
  /// The gate's tensors in the order of the layers, under their names in the mixture's file.
  virtual std::vector<NamedWeight> weights() { return {}; }
};

/// scaling · (B A drop(factor ⊙ x) + b_bias) for x [B,S,in] and a factor a token [B,S]: the factor multiplies the
/// input, as the originals do it.
at::Tensor weighted_output(const nn::LowRank& adapter, const at::Tensor& x, const at::Tensor& factor,
                           const nn::AdapterDropout& drop);

/// Weights over adapters [..,N]: a softmax over the `top_k` largest scores / temperature, 0 for the others.
at::Tensor softmax_of_largest(const at::Tensor& scores, std::int64_t top_k, double temperature);

/// Gates a module ([MeteoRA] §3): logits G x of the module's own input, w = softmax over the top_k largest.
struct MeteoraOptions {
  std::map<std::string, at::Tensor> gates;  ///< "gates.MODULE.weight" [N,in]; missing ones are drawn
  std::int64_t top_k = 2;
  double gate_loss_weight = 1;  ///< of the cross-entropy of all gates against each sequence's own adapter
  std::int64_t own_adapter = -1;  ///< of sequences of which a batch says nothing; -1: none, no such loss for them
  std::uint64_t seed = 42;      ///< of drawn gates
};
/// Throws CheckpointError (a gate's shape), UsageError (top_k above the number of adapters).
std::unique_ptr<Mixture> make_meteora(nn::Encoder& encoder, MixedModules modules, const MeteoraOptions& options);

/// Routing without training ([Arrow]): scores |x · p| with p the top right singular vector of B A. Throws
/// CheckpointError where the adapters touch different modules, UsageError (top_k).
std::unique_ptr<Mixture> make_arrow(nn::Encoder& encoder, MixedModules modules, std::int64_t top_k, double temperature);

/// Each sequence with its own adapter or with none: MixtureInput::adapters.
std::unique_ptr<Mixture> make_row_adapters(MixedModules modules);

/// Σ w scaling B A: adapter n's scalings are multiplied by weights[n]. Throws UsageError (another number of weights).
void weigh_adapters(nn::Encoder& encoder, const MixedModules& modules, const std::vector<double>& weights);

/// One adapter with A' = Σ w A and B' = Σ w B and the first one's scaling ([LoRAHub] §3), heads left to the first.
/// Throws CheckpointError where ranks or modules differ or an adapter has biases of the base trained, UsageError (another
/// number of weights).
files::AdapterFolder summed_factors(const std::vector<const files::AdapterFolder*>& adapters,
                                    const std::vector<double>& weights);

}  // namespace lorascope::adapters
