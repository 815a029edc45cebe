#pragma once

#include "core/adapters/mixing.h"

namespace lorascope::adapters {

/// How each module weighs its adapters by its own input x [in] alone: scores z = M x, absolute where `is_absolute`,
/// then w = softmax over the top_k largest z / temperature, 0 for the others.
struct ModuleRouting {
  std::vector<nn::Weight> matrices;  ///< M [N,in] of each module, in the order of the axis L
  std::vector<std::string> names;    ///< of trained matrices in their file; empty: none is trained
  bool is_absolute = false;
  std::int64_t top_k = 1;
  double temperature = 1;
  /// Of the cross-entropy of the modules' z against each token's own adapter, a mean over tokens and modules.
  double loss_weight = 0;
  std::int64_t own_adapter = -1;  ///< of sequences of which the batch says nothing; -1: none

  bool is_trained() const { return !names.empty(); }
};

/// MeteoRA and Arrow: one pass, each module decides for itself.
class RoutedMixture final : public Mixture {
 public:
  RoutedMixture(MixedModules modules, ModuleRouting routing);

  std::unique_ptr<MixturePass> begin(const MixtureInput& input) override;
  std::vector<NamedWeight> weights() override;

  /// The gates' term of the loss for z [T,L,N] of real tokens with own adapters [T] int64, -1 where there is none;
  /// undefined where no token has one.
  at::Tensor gate_loss(const at::Tensor& scores, const at::Tensor& owners) const;

  const ModuleRouting& routing() const { return routing_; }
  ModuleRouting& routing() { return routing_; }
  const MixedModules& modules() const { return modules_; }

 private:
  MixedModules modules_;
  ModuleRouting routing_;
};

}  // namespace lorascope::adapters
