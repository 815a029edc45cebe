#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace lorascope::nn {

/// New fp32 tensors whose values depend on (seed, name) alone: not on order, threads or what else is drawn.

/// Uniform in [-bound, bound).
at::Tensor draw_uniform(at::IntArrayRef shape, double bound, std::uint64_t seed, std::string_view name);
/// Normal with mean 0.
at::Tensor draw_normal(at::IntArrayRef shape, double deviation, std::uint64_t seed, std::string_view name);

}  // namespace lorascope::nn
