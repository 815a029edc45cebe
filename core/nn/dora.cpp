#include "core/nn/dora.h"

#include <ATen/ATen.h>

namespace lorascope::nn {

at::Tensor row_norms(const at::Tensor& weight, const LowRank& adapter) {
  const at::NoGradGuard no_grad;
  const at::Tensor update = at::mm(adapter.b.value, adapter.a.value);
  return at::linalg_vector_norm(weight + update * adapter.scaling, 2, {1});
}

RowScale row_scale(const at::Tensor& weight, const LowRank& adapter) {
  const at::NoGradGuard no_grad;
  const at::Tensor norm = row_norms(weight, adapter);
  return {norm, adapter.magnitude.value / norm};
}

}  // namespace lorascope::nn
