#include "core/tasks/packed_router.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/nn/parallel.h"

namespace lorascope::tasks {
namespace {

constexpr std::int64_t kRowGrain = 64;

/// A softmax over the `top_k` largest of z / temperature, 0 for the others; the first of equals counts as larger.
void softmax_of_largest(const float* z, std::int64_t count, const adapters::ModuleRouting& routing, float* weights) {
  std::fill_n(weights, count, -1.0F);
  const auto scale = static_cast<float>(1 / routing.temperature);
  float largest = 0, sum = 0;
  for (std::int64_t k = 0; k < routing.top_k; ++k) {
    std::int64_t best = -1;
    for (std::int64_t n = 0; n < count; ++n)
      if (weights[n] < 0 && (best < 0 || z[n] > z[best])) best = n;
    if (k == 0) largest = z[best];
    weights[best] = std::exp((z[best] - largest) * scale);
    sum += weights[best];
  }
  for (std::int64_t n = 0; n < count; ++n) weights[n] = weights[n] < 0 ? 0 : weights[n] / sum;
}

/// slope += share · (softmax(z) - own).
void add_cross_entropy(const float* z, std::int64_t count, std::int64_t own, float share, float* slope) {
  const float largest = *std::max_element(z, z + count);
  float sum = 0;
  for (std::int64_t n = 0; n < count; ++n) sum += std::exp(z[n] - largest);
  for (std::int64_t n = 0; n < count; ++n) slope[n] += share * std::exp(z[n] - largest) / sum;
  slope[own] -= share;
}

}  // namespace

void PackedRouter::begin(std::vector<std::int64_t> owners, double loss_weight) {
  owners_ = std::move(owners);
  num_owned_ = std::count_if(owners_.begin(), owners_.end(), [](std::int64_t owner) { return owner >= 0; });
  loss_weight_ = loss_weight;
  scores_ = at::zeros({static_cast<std::int64_t>(owners_.size()), mixture_.modules().num_layers(),
                       mixture_.modules().num_adapters()},
                      at::kFloat);
}

void PackedRouter::weigh(std::int64_t layer, const at::Tensor& x, at::Tensor values) {
  const adapters::ModuleRouting& routing = mixture_.routing();
  const at::Tensor scores = at::mm(x, routing.matrices[static_cast<std::size_t>(layer)].value.t());
  if (routing.is_absolute) scores.abs_();
  scores_.select(1, layer).copy_(scores);
  const std::int64_t count = scores.size(1), stride = values.stride(0);
  const float* from = scores.const_data_ptr<float>();
  float* to = values.data_ptr<float>();
  nn::parallel_ranges(scores.size(0), kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t t = begin; t < end; ++t) softmax_of_largest(from + t * count, count, routing, to + t * stride);
  });
}

void PackedRouter::backward(std::int64_t layer, const at::Tensor& x, const at::Tensor& d_values, at::Tensor dx) {
  adapters::ModuleRouting& routing = mixture_.routing();
  nn::Weight& matrix = routing.matrices[static_cast<std::size_t>(layer)];
  const at::Tensor scores = scores_.select(1, layer);
  const std::int64_t count = scores.size(1), stride = scores.stride(0), d_stride = d_values.stride(0);
  const at::Tensor slopes = at::empty({scores.size(0), count}, at::kFloat);
  const float *z = scores.const_data_ptr<float>(), *d = d_values.const_data_ptr<float>();
  float* to = slopes.data_ptr<float>();
  const double terms = static_cast<double>(num_owned_ * mixture_.modules().num_layers());
  const auto share = static_cast<float>(num_owned_ > 0 ? loss_weight_ * routing.loss_weight / terms : 0);
  nn::parallel_ranges(scores.size(0), kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
    std::vector<float> weights(static_cast<std::size_t>(count));
    for (std::int64_t t = begin; t < end; ++t) {
      const float *row = z + t * stride, *d_row = d + t * d_stride;
      softmax_of_largest(row, count, routing, weights.data());
      float mean = 0;
      for (std::int64_t n = 0; n < count; ++n) mean += weights[static_cast<std::size_t>(n)] * d_row[n];
      for (std::int64_t n = 0; n < count; ++n)
        to[t * count + n] = weights[static_cast<std::size_t>(n)] * (d_row[n] - mean) /
                            static_cast<float>(routing.temperature);
      const std::int64_t own = owners_[static_cast<std::size_t>(t)];
      if (own >= 0 && share != 0) add_cross_entropy(row, count, own, share, to + t * count);
    }
  });
  matrix.gradient.addmm_(slopes.t(), x);
  if (dx.defined()) dx.addmm_(slopes, matrix.value);
}

}  // namespace lorascope::tasks
