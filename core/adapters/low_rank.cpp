#include "core/adapters/low_rank.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace lorascope::adapters {
namespace {

at::Tensor as_double(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, at::kDouble);
}

}  // namespace

ThinSvd thin_svd(const LowRankProduct& product) {
  const at::NoGradGuard no_grad;
  const auto [q_left, r_left] = at::linalg_qr(as_double(product.b));
  const auto [q_right, r_right] = at::linalg_qr(as_double(product.a).t());
  const auto [u, s, vh] = at::linalg_svd(at::mm(r_left, r_right.t()) * product.scaling, false);
  return {at::mm(q_left, u), s, at::mm(q_right, vh.t())};
}

double inner_product(const LowRankProduct& left, const LowRankProduct& right) {
  const at::NoGradGuard no_grad;
  const at::Tensor outputs = at::mm(as_double(left.b).t(), as_double(right.b));
  const at::Tensor inputs = at::mm(as_double(left.a), as_double(right.a).t());
  return left.scaling * right.scaling * (outputs * inputs).sum().item<double>();
}

double frobenius_norm(const LowRankProduct& product) {
  return std::sqrt(std::max(0.0, inner_product(product, product)));
}

LowRankProduct weighted_sum(const std::vector<WeightedProduct>& parts) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> left, right;
  for (const WeightedProduct& part : parts) {
    left.push_back(as_double(part.product.b));
    right.push_back(as_double(part.product.a) * (part.weight * part.product.scaling));
  }
  return {at::cat(left, 1), at::cat(right, 0), 1};
}

double relative_error(const LowRankProduct& found, const LowRankProduct& expected) {
  const double error = frobenius_norm(weighted_sum({{found, 1}, {expected, -1}}));
  const double norm = frobenius_norm(expected);
  if (norm > 0) return error / norm;
  return error > 0 ? std::numeric_limits<double>::infinity() : 0;
}

}  // namespace lorascope::adapters
