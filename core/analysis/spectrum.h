#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace lorascope::analysis {

/// The singular values of one weight change and what is read off them. All numbers are 0 for a change that is zero.
struct Spectrum {
  std::vector<double> singular_values;  ///< σ in falling order
  double stable_rank = 0;               ///< Σσ² / σ₁²
  double effective_rank = 0;            ///< exp(−Σ p log p) with p = σ/Σσ ([effective rank])
  std::int64_t energy_rank_90 = 0;      ///< least k whose first k σ² hold 90 % of Σσ²
  double frobenius_norm = 0;            ///< √Σσ²
};

/// The numbers above for given singular values, in any order.
Spectrum summarise(std::vector<double> singular_values);

/// The spectrum of scaling · B A from its thin factors, without forming the product: QR of B and of Aᵀ, then the
/// singular values of the R×R core, in float64. b [out,R], a [R,in], any type of floating point, CPU. Gives R values;
/// all of them NaN where a factor is not finite.
Spectrum low_rank_spectrum(const at::Tensor& b, const at::Tensor& a, double scaling);

/// The spectrum of ΔW = `after` − `before`, both [out,in]: the square roots of the eigenvalues of ΔW ΔWᵀ (or ΔWᵀ ΔW,
/// the smaller one) in float64, several times faster than a decomposition of ΔW. Values are exact to about 1e-8 of σ₁,
/// which is below what rounding of fp32 weights leaves in ΔW. Gives min(out, in) values.
Spectrum change_spectrum(const at::Tensor& after, const at::Tensor& before);

}  // namespace lorascope::analysis
