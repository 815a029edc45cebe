#pragma once

#include <ATen/ATen.h>

#include <algorithm>

#include "core/adapters/low_rank.h"
#include "core/nn/initialise.h"
#include "tests/support/catch.h"

namespace lorascope::adapters::test {

/// fp32 arithmetic on matrices of a few dozen rows stays within this share of the largest value.
constexpr double kTolerance = 1e-5;

inline double deviation(const at::Tensor& found, const at::Tensor& expected) {
  REQUIRE(found.sizes() == expected.sizes());
  const at::Tensor wide = expected.to(at::kDouble);
  return (found.to(at::kDouble) - wide).abs().max().item<double>() / std::max(wide.abs().max().item<double>(), 1e-6);
}

inline at::Tensor numbers(at::IntArrayRef shape, const char* name) {
  return nn::draw_normal(shape, 1.0, 7, name);
}

inline at::Tensor dense(const LowRankProduct& product) {
  return at::mm(product.b.to(at::kDouble), product.a.to(at::kDouble)) * product.scaling;
}

}  // namespace lorascope::adapters::test
