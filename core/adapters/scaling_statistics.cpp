#include "core/adapters/scaling_statistics.h"

#include <ATen/ATen.h>

namespace lorascope::adapters {
namespace {

std::vector<double> numbers(const at::Tensor& tensor) {
  const at::Tensor values = tensor.to(at::kDouble).contiguous();
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

}  // namespace

ScalingStatistics scaling_statistics(const at::Tensor& scalings) {
  const at::NoGradGuard no_grad;
  ScalingStatistics statistics;
  statistics.tokens = scalings.size(0);
  if (statistics.tokens == 0) return statistics;
  const at::Tensor values = scalings.to(at::kDouble);
  const std::int64_t adapters = values.size(2);
  statistics.mean = values.mean(0);
  statistics.shares = numbers(statistics.mean.mean(0));
  const at::Tensor positive = values.clamp_min(1e-30);
  statistics.entropy = -(positive * positive.log()).sum(-1).mean().item<double>();
  const at::Tensor first = values.argmax(-1).flatten();
  statistics.firsts = numbers(at::bincount(first, {}, adapters).to(at::kDouble) / static_cast<double>(first.numel()));
  return statistics;
}

}  // namespace lorascope::adapters
