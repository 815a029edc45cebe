#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <vector>

#include "core/nn/encoder.h"
#include "core/nn/packed_dense.h"

namespace lorascope::nn {

/// What weighs frozen adapters on packed tokens: y = W x + b + weight · Σ_n scaling_n · λ[t,l,n] · B_n A_n x. The
/// scaling multiplies A x and not x, which is the same number. Adapters have no dropout and no bias of B here.
struct PackedScalings {
  struct Module {
    std::int64_t layer = 0;              ///< l
    std::vector<std::int64_t> adapters;  ///< n of each of the module's adapters
  };
  std::map<const Dense*, Module> modules;
  double weight = 1;
  at::Tensor values;     ///< λ [T,L,N], contiguous; undefined: no adapter acts
  at::Tensor gradients;  ///< [T,L,N] zeros before the backward pass, which adds dλ; undefined where none follows
};

/// dense_forward and dense_backward under pass.scalings.
DenseTape mixed_forward(const DenseGroup& group, const at::Tensor& x, at::Tensor& y, const PackedPass& pass);
void mixed_backward(const DenseGroup& group, const DenseTape& tape, const at::Tensor& dy, at::Tensor dx, double beta,
                    const PackedPass& pass);

}  // namespace lorascope::nn
