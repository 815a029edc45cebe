#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace lorascope::adapters {

/// ΔW = scaling · B A, [out,in], kept as its factors.
struct LowRankProduct {
  at::Tensor b;  ///< [out,R]
  at::Tensor a;  ///< [R,in]
  double scaling = 1;
};

/// U diag(s) Vᵀ of a thin product, in float64 on the CPU; K = min(out, R, in) values in falling order.
struct ThinSvd {
  at::Tensor u;  ///< [out,K]
  at::Tensor s;  ///< [K]
  at::Tensor v;  ///< [in,K]
};

/// QR of B and of Aᵀ, then the decomposition of the R×R core: no [out,in] matrix is formed.
ThinSvd thin_svd(const LowRankProduct& product);

/// Σ over entries of ΔW ⊙ ΔW', from Gram matrices of the factors in float64.
double inner_product(const LowRankProduct& left, const LowRankProduct& right);

/// ‖ΔW‖ (Frobenius).
double frobenius_norm(const LowRankProduct& product);

/// Σ weight_i · ΔW_i, its factors side by side: rank Σ R_i, scaling 1, float64.
struct WeightedProduct {
  LowRankProduct product;
  double weight = 1;
};
LowRankProduct weighted_sum(const std::vector<WeightedProduct>& parts);

/// ‖found - expected‖ / ‖expected‖; 0 where both vanish, infinite where only `expected` does.
double relative_error(const LowRankProduct& found, const LowRankProduct& expected);

}  // namespace lorascope::adapters
