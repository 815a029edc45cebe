#include "core/analysis/direction_overlap.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace lorascope::analysis {
namespace {

OverlapGrid grid_of(const at::Tensor& values) {
  const at::Tensor plain = values.contiguous();
  OverlapGrid grid;
  grid.rows = plain.size(0);
  grid.columns = plain.size(1);
  grid.values.assign(plain.const_data_ptr<double>(), plain.const_data_ptr<double>() + plain.numel());
  return grid;
}

at::Tensor cosines(const at::Tensor& first, const at::Tensor& second, std::int64_t count) {
  const at::Tensor left = first.narrow(1, 0, std::min(count, first.size(1))).to(at::kDouble);
  return at::mm(left.t(), second.narrow(1, 0, std::min(count, second.size(1))).to(at::kDouble));
}

}  // namespace

OverlapGrid direction_grid(const at::Tensor& tuned, const at::Tensor& base, std::int64_t count) {
  const at::NoGradGuard no_grad;
  return grid_of(cosines(tuned, base, count).abs());
}

OverlapGrid subspace_grid(const at::Tensor& first, const at::Tensor& second, std::int64_t count) {
  const at::NoGradGuard no_grad;
  OverlapGrid grid = grid_of(cosines(first, second, count).square().cumsum(0).cumsum(1));
  const double dimensions = static_cast<double>(first.size(0));
  for (std::int64_t i = 0; i < grid.rows; ++i) {
    for (std::int64_t j = 0; j < grid.columns; ++j) {
      grid.values[static_cast<std::size_t>(i * grid.columns + j)] /= static_cast<double>(std::min(i, j) + 1);
      grid.floor.push_back(static_cast<double>(std::max(i, j) + 1) / dimensions);
    }
  }
  return grid;
}

}  // namespace lorascope::analysis
