#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace lorascope::analysis {

/// A grid of numbers from 0 to 1, row by row.
struct OverlapGrid {
  std::int64_t rows = 0, columns = 0;
  std::vector<double> values;
  std::vector<double> floor;  ///< what random directions have on average at the same place; empty where it is one number
};

/// |u'_j · u_i| of the leading directions of W' (rows) against those of W (columns): its diagonal stays bright where
/// training only tilts them, a dark row is an intruder ([Intruders] fig. 1). tuned and base [out,K], orthonormal columns.
OverlapGrid direction_grid(const at::Tensor& tuned, const at::Tensor& base, std::int64_t count);

/// φ(i,j) = ‖U_iᵀ V_j‖² / min(i,j) of the first i columns of `first` and the first j of `second`, for all i and j up to
/// `count` ([LoRA] §7.2). Random spaces in n dimensions have max(i,j)/n. first [n,I], second [n,J], orthonormal columns.
OverlapGrid subspace_grid(const at::Tensor& first, const at::Tensor& second, std::int64_t count);

}  // namespace lorascope::analysis
