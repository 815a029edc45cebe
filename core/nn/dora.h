#pragma once

#include <ATen/core/Tensor.h>

#include "core/nn/encoder.h"

namespace lorascope::nn {

/// The rows of W + scaling · B A and what DoRA makes of their lengths: y = g ⊙ ((W + scaling · B A) x) + b with
/// g = m / n ([DoRA] §4.1). The norms count as constants in the backward pass ([DoRA] §4.3).
struct RowScale {
  at::Tensor norm;   ///< n [out]
  at::Tensor scale;  ///< g [out]
};

/// n alone, [out], without a graph. weight [out,in]; of an embedding [V,H] the transposed table.
at::Tensor row_norms(const at::Tensor& weight, const LowRank& adapter);

/// `adapter` has a magnitude. No graph.
RowScale row_scale(const at::Tensor& weight, const LowRank& adapter);

}  // namespace lorascope::nn
