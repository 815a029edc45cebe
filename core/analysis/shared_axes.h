#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace lorascope::analysis {

/// Principal axes of several sets of states together, so that layers, checkpoints or models share one picture.
struct SharedAxes {
  at::Tensor mean;             ///< [H] over all states
  at::Tensor axes;             ///< [K,H] orthonormal, the strongest first; the largest entry of each is positive
  std::vector<double> shares;  ///< [K] of the total variance
};

/// Exact: eigenvectors of the covariance of all rows of all sets [N,H], float64. K is at most H.
SharedAxes shared_axes(const std::vector<at::Tensor>& states, std::int64_t count);

/// Coordinates of states [N,H] on the axes: [N,K], float64.
at::Tensor project(const SharedAxes& axes, const at::Tensor& states);

/// How well a rotation takes the states X of N tokens to Y, both centred ([Procrustes]): R = U Vᵀ from the singular
/// value decomposition of XᵀY.
struct Rotation {
  at::Tensor matrix;              ///< R [H,H]
  std::vector<double> residuals;  ///< [N] ‖x_i R - y_i‖
  double relative = 0;            ///< ‖X R - Y‖ / ‖Y‖, 0: a pure rotation; NaN where Y is constant
};
Rotation best_rotation(const at::Tensor& x, const at::Tensor& y);

}  // namespace lorascope::analysis
