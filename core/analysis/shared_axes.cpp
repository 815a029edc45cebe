#include "core/analysis/shared_axes.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"

namespace lorascope::analysis {
namespace {

at::Tensor as_double(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, at::kDouble);
}

at::Tensor centred(const at::Tensor& states) {
  const at::Tensor whole = as_double(states);
  return whole - whole.mean(0, true);
}

std::vector<double> to_vector(const at::Tensor& values) {
  const at::Tensor plain = values.contiguous();
  return {plain.const_data_ptr<double>(), plain.const_data_ptr<double>() + plain.numel()};
}

}  // namespace

SharedAxes shared_axes(const std::vector<at::Tensor>& states, std::int64_t count) {
  const at::NoGradGuard no_grad;
  const std::int64_t width = states.at(0).size(1);
  std::int64_t rows = 0;
  at::Tensor sum = at::zeros({width}, at::kDouble);
  for (const at::Tensor& set : states) {
    rows += set.size(0);
    sum += as_double(set).sum(0);
  }
  SharedAxes result;
  result.mean = sum / static_cast<double>(rows);
  at::Tensor covariance = at::zeros({width, width}, at::kDouble);
  for (const at::Tensor& set : states) {
    const at::Tensor shifted = as_double(set) - result.mean;
    covariance.addmm_(shifted.t(), shifted);
  }
  const auto [values, vectors] = at::linalg_eigh(covariance);
  const std::int64_t kept = std::min(count, width);
  at::Tensor axes = vectors.flip(1).narrow(1, 0, kept).t().contiguous();
  const at::Tensor largest = axes.gather(1, axes.abs().argmax(1, true));
  result.axes = axes * at::where(largest < 0, -1.0, 1.0);
  const at::Tensor variance = values.flip(0).clamp_min(0);
  const double total = variance.sum().item<double>();
  result.shares = to_vector(variance.narrow(0, 0, kept) / (total > 0 ? total : 1.0));
  return result;
}

at::Tensor project(const SharedAxes& axes, const at::Tensor& states) {
  const at::NoGradGuard no_grad;
  return at::mm(as_double(states) - axes.mean, axes.axes.t());
}

Rotation best_rotation(const at::Tensor& x, const at::Tensor& y) {
  const at::NoGradGuard no_grad;
  if (x.sizes() != y.sizes())
    throw DataError("cannot rotate one set of states onto another",
                    Problem{"their sizes",
                            std::to_string(x.size(0)) + " x " + std::to_string(x.size(1)) + " and " +
                                std::to_string(y.size(0)) + " x " + std::to_string(y.size(1)),
                            "equal sizes", "models of one width and tokenizer have them"});
  const at::Tensor from = centred(x), to = centred(y);
  const auto [u, s, vh] = at::linalg_svd(at::mm(from.t(), to), false);
  Rotation rotation;
  rotation.matrix = at::mm(u, vh);
  const at::Tensor rest = at::mm(from, rotation.matrix) - to;
  rotation.residuals = to_vector(at::linalg_vector_norm(rest, 2, {1}));
  const double size = to.norm().item<double>();
  rotation.relative = size > 0 ? rest.norm().item<double>() / size : std::numeric_limits<double>::quiet_NaN();
  return rotation;
}

}  // namespace lorascope::analysis
