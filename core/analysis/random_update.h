#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace lorascope::analysis {

/// A change with the given singular values along random directions: U diag(σ) Vᵀ with U and V from the QR of normal
/// matrices, [out,in], float64. It has the size, rank and spectrum of a real one and knows nothing, so what a measure
/// says of it is that measure's floor. Values below 1e-6 σ₁ are rounding and left out. Depends on seed and name alone.
at::Tensor random_update(const std::vector<double>& singular_values, std::int64_t out, std::int64_t in,
                         std::uint64_t seed, std::string_view name);

}  // namespace lorascope::analysis
