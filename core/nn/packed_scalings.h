#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <vector>

#include "core/nn/encoder.h"
#include "core/nn/packed_dense.h"

namespace lorascope::nn {

/// Weighs the adapters of a module by the module's own input x [T,in].
class ModuleRouter {
 public:
  virtual ~ModuleRouter() = default;
  /// Sets λ [T,N] of module `layer`; its rows lie apart in memory.
  virtual void weigh(std::int64_t layer, const at::Tensor& x, at::Tensor values) = 0;
  /// From dλ [T,N]: adds the gradient of what weighs, and that of x to dx where it is defined.
  virtual void backward(std::int64_t layer, const at::Tensor& x, const at::Tensor& d_values, at::Tensor dx) = 0;
};

/// Tokens of consecutive sequences that have one adapter.
struct AdapterSegment {
  std::int64_t first = 0, count = 0;  ///< tokens
  std::int64_t adapter = -1;          ///< n; -1: none
};

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
  ModuleRouter* router = nullptr;  ///< sets `values` module by module; null: they are known before the pass
  /// Each token with one adapter of its own at λ = 1, or none: one small pair of products a segment instead of
  /// `values`. Without gradients of λ. Empty: `values` count.
  std::vector<AdapterSegment> segments;
};

/// dense_forward and dense_backward under pass.scalings.
DenseTape mixed_forward(DenseGroup& group, const at::Tensor& x, at::Tensor& y, const PackedPass& pass);
void mixed_backward(DenseGroup& group, const DenseTape& tape, const at::Tensor& dy, at::Tensor dx, double beta,
                    const PackedPass& pass);

}  // namespace lorascope::nn
