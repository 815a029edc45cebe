#include <ATen/ATen.h>

#include "core/adapters/lora.h"
#include "core/nn/dora.h"

namespace lorascope::adapters {
namespace {

at::Tensor merged_weight(const nn::Dense& module) {
  at::Tensor weight = module.weight.value;
  for (const nn::LowRank& adapter : module.adapters) {
    const at::Tensor sum = weight + at::mm(adapter.b.value, adapter.a.value) * adapter.scaling;
    weight = adapter.magnitude.value.defined() ? sum * nn::row_scale(weight, adapter).scale.unsqueeze(1) : sum;
  }
  return weight;
}

at::Tensor merged_bias(const nn::Dense& module) {
  at::Tensor bias = module.bias.value;
  for (const nn::LowRank& adapter : module.adapters)
    if (adapter.b_bias.value.defined()) bias = bias + adapter.b_bias.value * adapter.scaling;
  return bias;
}

void merge_joined(nn::EncoderLayer& layer) {
  if (layer.query.adapters.empty() && layer.key.adapters.empty() && layer.value.adapters.empty()) return;
  layer.qkv_weight.value = at::cat({merged_weight(layer.query), merged_weight(layer.key), merged_weight(layer.value)});
  layer.qkv_bias.value = at::cat({merged_bias(layer.query), merged_bias(layer.key), merged_bias(layer.value)});
  std::int64_t first = 0;
  for (nn::Dense* part : {&layer.query, &layer.key, &layer.value}) {
    const std::int64_t rows = part->weight.value.size(0);
    part->weight.value = layer.qkv_weight.value.narrow(0, first, rows);
    part->bias.value = layer.qkv_bias.value.narrow(0, first, rows);
    part->adapters.clear();
    first += rows;
  }
}

}  // namespace

nn::Encoder merged(const nn::Encoder& encoder) {
  const at::NoGradGuard no_grad;
  nn::Encoder copy = encoder;
  for (nn::EncoderLayer& layer : copy.layers) merge_joined(layer);
  copy.for_each_dense([](nn::Dense& module) {
    module.weight.value = merged_weight(module);
    module.bias.value = merged_bias(module);
    module.adapters.clear();
  });
  copy.for_each_embedding([](nn::Embedding& module) {
    for (const nn::LowRank& adapter : module.adapters) {
      const at::Tensor table = module.weight.value;
      const at::Tensor sum = table + at::mm(adapter.b.value, adapter.a.value).transpose(0, 1) * adapter.scaling;
      const bool is_scaled = adapter.magnitude.value.defined();
      module.weight.value = is_scaled ? sum * nn::row_scale(table.t(), adapter).scale : sum;
    }
    module.adapters.clear();
  });
  copy.for_each_weight([](const std::string&, nn::Weight& weight) { weight.gradient = at::Tensor(); });
  for (nn::EncoderLayer& layer : copy.layers) layer.qkv_weight.gradient = layer.qkv_bias.gradient = at::Tensor();
  return copy;
}

}  // namespace lorascope::adapters
