#pragma once

#include <vector>

#include "core/adapters/routed_mixture.h"
#include "core/nn/packed_scalings.h"

namespace lorascope::tasks {

/// RoutedMixture on packed tokens, with hand-written gradients: with dw of the weights w and s of their loss
/// (loss_weight · (softmax(z) - own) / (T' L) on the T' tokens that have an own adapter),
/// dz_n = w_n (dw_n - Σ_m w_m dw_m) / temperature + s_n, dM += dzᵀ x, dx += dz M.
class PackedRouter final : public nn::ModuleRouter {
 public:
  /// `mixture` must outlive this.
  explicit PackedRouter(adapters::RoutedMixture& mixture) : mixture_(mixture) {}

  /// Starts a pass over tokens with these own adapters [T], -1 for none. `loss_weight` of the whole batch.
  void begin(std::vector<std::int64_t> owners, double loss_weight);

  void weigh(std::int64_t layer, const at::Tensor& x, at::Tensor values) override;
  /// Of trained, signed routing only.
  void backward(std::int64_t layer, const at::Tensor& x, const at::Tensor& d_values, at::Tensor dx) override;

  const at::Tensor& scores() const { return scores_; }  ///< z [T,L,N]
  const std::vector<std::int64_t>& owners() const { return owners_; }

 private:
  adapters::RoutedMixture& mixture_;
  std::vector<std::int64_t> owners_;
  std::int64_t num_owned_ = 0;
  double loss_weight_ = 1;
  at::Tensor scores_;
};

}  // namespace lorascope::tasks
