#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/nn/parameter.h"

namespace lorascope::nn {

/// One step of decoupled weight decay Adam in PyTorch's order of operations ([AdamW] algorithm 2):
/// p ← p(1 − lr·decay); m ← m + (g − m)(1 − β1); v ← β2·v + (1 − β2)g²; p ← p − lr/(1−β1^t) · m / (√v/√(1−β2^t) + ε),
/// g being the gradient times clip_factor.
struct AdamW {
  double learning_rate = 0;
  double weight_decay = 0;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double clip_factor = 1;
  std::int64_t step = 1;  ///< t, from 1
};

/// Updates value and both moments in one pass over memory. Where the gradient is row-sparse, rows that never had a
/// gradient only decay: their moments are zero. Any device; the result does not depend on the number of threads.
void adamw_step(const AdamW& step, const Parameter& parameter, const at::Tensor& first_moment,
                const at::Tensor& second_moment);

/// 2-norm over all gradients together; does not depend on the number of threads.
double gradient_norm(const std::vector<Parameter>& parameters);

}  // namespace lorascope::nn
