#include "core/nn/packed_layer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>

#include "core/nn/column_sums.h"
#include "core/nn/kernels/kernels.h"
#include "core/nn/packed_batch.h"
#include "core/nn/parallel.h"

namespace lorascope::nn {
namespace {

constexpr std::int64_t kRowGrain = 16;

ActivationKind kind_of(files::Activation activation) {
  switch (activation) {
    case files::Activation::Gelu:
      return ActivationKind::GeluErf;
    case files::Activation::GeluTanh:
      return ActivationKind::GeluTanh;
    case files::Activation::Relu:
      return ActivationKind::Relu;
    case files::Activation::Silu:
      return ActivationKind::Silu;
  }
  return ActivationKind::GeluErf;
}

/// The mask of a site, or nothing where the pass drops nothing there.
std::optional<MaskStream> site_mask(const PackedPass& pass, std::uint32_t site, double rate) {
  if (!pass.key || rate <= 0) return std::nullopt;
  return mask_stream(*pass.key, site, rate);
}

/// (sequence, head) pairs; thread k of n takes every n-th, so that long sequences are shared evenly.
template <typename Work>
void for_each_head(const PackedPass& pass, std::int64_t heads, Work work) {
  const std::int64_t tasks = pass.batch.num_sequences() * heads;
  const int threads = parallel_threads(tasks, 1);
  parallel_ranges(threads, 1, [&](std::int64_t thread, std::int64_t, int) {
    for (std::int64_t task = thread; task < tasks; task += threads)
      work(task / heads, task % heads, static_cast<int>(thread));
  });
}

}  // namespace

PackedLayer::PackedLayer(EncoderLayer& layer, const files::ModelConfig& config, const DropoutRates& rates,
                         std::int64_t number)
    : layer_(layer),
      config_(config),
      rates_(rates),
      number_(number),
      qkv_{{&layer.query, &layer.key, &layer.value}, &layer.qkv_weight},
      attention_output_{{&layer.attention_output}, &layer.attention_output.weight},
      intermediate_{{&layer.intermediate}, &layer.intermediate.weight},
      output_{{&layer.output}, &layer.output.weight} {}

PackedLayer::NormPlace PackedLayer::attention_place() const {
  return {layer_.attention_norm, layer_.attention_output, kAttentionOutputSite, rates_.attention_output};
}

PackedLayer::NormPlace PackedLayer::output_place() const {
  return {layer_.output_norm, layer_.output, kOutputSite, rates_.output};
}

AttentionHead PackedLayer::head_inputs(const PackedPass& pass, const LayerTape& tape, std::int64_t sequence,
                                       std::int64_t number) const {
  const std::int64_t first = pass.batch.boundaries[sequence], hidden = config_.hidden_size;
  AttentionHead head;
  head.length = pass.batch.boundaries[sequence + 1] - first;
  head.head_size = config_.head_size();
  head.unattended = head.length - pass.batch.real_length(sequence);
  head.stride = 3 * hidden;
  head.query = tape.projections.const_data_ptr<float>() + first * head.stride + number * head.head_size;
  head.key = head.query + hidden;
  head.value = head.key + hidden;
  head.query_bias = tape.qkv_bias.const_data_ptr<float>() + number * head.head_size;
  head.key_bias = head.query_bias + hidden;
  head.value_bias = head.key_bias + hidden;
  head.mask_row = static_cast<std::uint32_t>(first * config_.num_heads + number);
  head.context_stride = hidden;
  return head;
}

at::Tensor PackedLayer::attend(const PackedPass& pass, LayerTape& tape) {
  const std::int64_t heads = config_.num_heads, size = config_.head_size(), hidden = config_.hidden_size;
  const at::Tensor context = pass.arena.matrix(pass.tokens(), hidden);
  const std::int64_t scratch_size = kernels().attention_scratch(pass.batch.longest(), size);
  float* scratch = pass.arena.take(scratch_size * parallel_threads(pass.batch.num_sequences() * heads, 1));
  if (pass.keep) tape.log_sum = pass.arena.take(heads * pass.tokens());
  const auto mask = site_mask(pass, layer_site(kAttentionSite, number_), rates_.attention);
  float* to = context.data_ptr<float>();
  for_each_head(pass, heads, [&](std::int64_t sequence, std::int64_t number, int thread) {
    const std::int64_t first = pass.batch.boundaries[sequence];
    AttentionHead head = head_inputs(pass, tape, sequence, number);
    head.mask = mask ? &*mask : nullptr;
    head.context = to + first * hidden + number * size;
    head.log_sum = tape.log_sum ? tape.log_sum + number * pass.tokens() + first : nullptr;
    head.scratch = scratch + thread * scratch_size;
    kernels().attention(head);
  });
  return context;
}

void PackedLayer::attend_backward(const at::Tensor& d_context, const at::Tensor& d_projections, const PackedPass& pass,
                                  const LayerTape& tape, bool need_key) {
  const std::int64_t heads = config_.num_heads, size = config_.head_size(), hidden = config_.hidden_size;
  const std::int64_t scratch_size = kernels().attention_scratch(pass.batch.longest(), size);
  const int threads = parallel_threads(pass.batch.num_sequences() * heads, 1);
  float* scratch = pass.arena.take(scratch_size * threads);
  ColumnSums sums(pass.arena, threads, 3 * hidden);
  const auto mask = site_mask(pass, layer_site(kAttentionSite, number_), rates_.attention);
  const float* d_from = d_context.const_data_ptr<float>();
  float* d_to = d_projections.data_ptr<float>();
  for_each_head(pass, heads, [&](std::int64_t sequence, std::int64_t number, int thread) {
    const std::int64_t first = pass.batch.boundaries[sequence];
    AttentionHead head = head_inputs(pass, tape, sequence, number);
    head.mask = mask ? &*mask : nullptr;
    head.d_context = d_from + first * hidden + number * size;
    head.log_sum = tape.log_sum + number * pass.tokens() + first;
    head.d_query = d_to + first * head.stride + number * size;
    head.d_key = need_key ? head.d_query + hidden : nullptr;
    head.d_value = head.d_query + 2 * hidden;
    float* thread_sums = sums.of_thread(thread) + number * size;
    head.d_query_bias = layer_.query.bias.is_trained() ? thread_sums : nullptr;
    head.d_key_bias = layer_.key.bias.is_trained() ? thread_sums + hidden : nullptr;
    head.d_value_bias = layer_.value.bias.is_trained() ? thread_sums + 2 * hidden : nullptr;
    head.scratch = scratch + thread * scratch_size;
    kernels().attention_backward(head);
  });
  sums.put(layer_.query.bias, pass.fresh);
  sums.put(layer_.key.bias, pass.fresh, hidden);
  sums.put(layer_.value.bias, pass.fresh, 2 * hidden);
}

at::Tensor PackedLayer::add_norm(const NormPlace& place, at::Tensor& sum, const at::Tensor& residual, float* mean,
                                 float* rstd, const PackedPass& pass) const {
  const at::Tensor out = pass.arena.matrix(pass.tokens(), config_.hidden_size);
  const at::Tensor bias = effective_bias(place.dense);
  const auto mask = site_mask(pass, layer_site(place.site, number_), place.rate);
  ResidualNorm work;
  work.columns = config_.hidden_size;
  work.bias = bias.const_data_ptr<float>();
  work.residual = residual.const_data_ptr<float>();
  work.mask = mask ? &*mask : nullptr;
  work.gamma = place.norm.weight.value.const_data_ptr<float>();
  work.beta = place.norm.bias.value.const_data_ptr<float>();
  work.epsilon = static_cast<float>(config_.layer_norm_eps);
  work.sum = sum.data_ptr<float>();
  work.out = out.data_ptr<float>();
  work.mean = mean;
  work.rstd = rstd;
  parallel_ranges(pass.tokens(), kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
    kernels().residual_norm(work, begin, end - begin);
  });
  return out;
}

at::Tensor PackedLayer::add_norm_backward(const NormPlace& place, const at::Tensor& sum, const float* mean,
                                          const float* rstd, at::Tensor& d, const PackedPass& pass) const {
  const std::int64_t hidden = config_.hidden_size;
  const auto mask = site_mask(pass, layer_site(place.site, number_), place.rate);
  const at::Tensor d_input = mask ? pass.arena.matrix(pass.tokens(), hidden) : d;
  const int threads = parallel_threads(pass.tokens(), kRowGrain);
  ColumnSums gamma(pass.arena, threads, hidden), beta(pass.arena, threads, hidden), bias(pass.arena, threads, hidden);
  ResidualNormBackward work;
  work.columns = hidden;
  work.d_out = d.const_data_ptr<float>();
  work.sum = sum.const_data_ptr<float>();
  work.mean = mean;
  work.rstd = rstd;
  work.gamma = place.norm.weight.value.const_data_ptr<float>();
  work.mask = mask ? &*mask : nullptr;
  work.d_residual = d.data_ptr<float>();
  work.d_input = mask ? d_input.data_ptr<float>() : nullptr;
  parallel_ranges(pass.tokens(), kRowGrain, [&](std::int64_t begin, std::int64_t end, int thread) {
    ResidualNormBackward own = work;
    own.d_gamma = place.norm.weight.is_trained() ? gamma.of_thread(thread) : nullptr;
    own.d_beta = place.norm.bias.is_trained() ? beta.of_thread(thread) : nullptr;
    own.d_bias = place.dense.bias.is_trained() ? bias.of_thread(thread) : nullptr;
    kernels().residual_norm_backward(own, begin, end - begin);
  });
  gamma.put(place.norm.weight, pass.fresh);
  beta.put(place.norm.bias, pass.fresh);
  bias.put(place.dense.bias, pass.fresh);
  return d_input;
}

at::Tensor PackedLayer::forward(const at::Tensor& x, const PackedPass& pass, LayerTape& tape) {
  const std::int64_t tokens = pass.tokens(), hidden = config_.hidden_size, inner_size = config_.intermediate_size;
  tape.projections = pass.arena.matrix(tokens, 3 * hidden);
  tape.qkv = dense_forward(qkv_, x, tape.projections, pass);
  tape.qkv_bias = at::cat({effective_bias(layer_.query), effective_bias(layer_.key), effective_bias(layer_.value)}, 0);
  const at::Tensor context = attend(pass, tape);

  if (pass.keep)
    for (float** statistic : {&tape.attention_mean, &tape.attention_rstd, &tape.output_mean, &tape.output_rstd})
      *statistic = pass.arena.take(tokens);
  tape.attention_sum = pass.arena.matrix(tokens, hidden);
  tape.attention_output = dense_forward(attention_output_, context, tape.attention_sum, pass);
  const at::Tensor attended =
      add_norm(attention_place(), tape.attention_sum, x, tape.attention_mean, tape.attention_rstd, pass);

  tape.slope = pass.arena.matrix(tokens, inner_size);
  tape.intermediate = dense_forward(intermediate_, attended, tape.slope, pass);
  const at::Tensor inner = pass.keep ? pass.arena.matrix(tokens, inner_size) : tape.slope;
  const at::Tensor bias = effective_bias(layer_.intermediate);
  float* slope = tape.slope.data_ptr<float>();
  float* out = inner.data_ptr<float>();
  parallel_ranges(tokens, kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
    kernels().activation(kind_of(config_.activation), slope + begin * inner_size, bias.const_data_ptr<float>(),
                         out + begin * inner_size, end - begin, inner_size, pass.keep);
  });

  tape.output_sum = pass.arena.matrix(tokens, hidden);
  tape.output = dense_forward(output_, inner, tape.output_sum, pass);
  return add_norm(output_place(), tape.output_sum, attended, tape.output_mean, tape.output_rstd, pass);
}

void PackedLayer::backward(at::Tensor& d, const PackedPass& pass, const LayerTape& tape, bool need_input) {
  const std::int64_t tokens = pass.tokens(), hidden = config_.hidden_size, inner_size = config_.intermediate_size;
  const at::Tensor d_output =
      add_norm_backward(output_place(), tape.output_sum, tape.output_mean, tape.output_rstd, d, pass);
  const at::Tensor d_inner = pass.arena.matrix(tokens, inner_size);
  dense_backward(output_, tape.output, d_output, d_inner, 0, pass);

  const bool sums_bias = layer_.intermediate.bias.is_trained();
  ColumnSums bias(pass.arena, parallel_threads(tokens, kRowGrain), inner_size);
  float* d_values = d_inner.data_ptr<float>();
  const float* slope = tape.slope.const_data_ptr<float>();
  parallel_ranges(tokens, kRowGrain, [&](std::int64_t begin, std::int64_t end, int thread) {
    kernels().activation_backward(d_values + begin * inner_size, slope + begin * inner_size,
                                  sums_bias ? bias.of_thread(thread) : nullptr, end - begin, inner_size);
  });
  bias.put(layer_.intermediate.bias, pass.fresh);
  dense_backward(intermediate_, tape.intermediate, d_inner, d, 1, pass);

  const at::Tensor d_attention =
      add_norm_backward(attention_place(), tape.attention_sum, tape.attention_mean, tape.attention_rstd, d, pass);
  // Of a mixture nothing in the layer is trained, but every adapter's scalings have a gradient.
  const auto needs = [&](const Dense& part) {
    return need_input || part.is_trained() || (pass.scalings && !part.adapters.empty());
  };
  const bool need_projections = needs(layer_.query) || needs(layer_.key) || needs(layer_.value);
  const at::Tensor d_context = need_projections ? pass.arena.matrix(tokens, hidden) : at::Tensor();
  dense_backward(attention_output_, tape.attention_output, d_attention, d_context, 0, pass);
  if (!need_projections) return;
  const at::Tensor d_projections = pass.arena.matrix(tokens, 3 * hidden);
  attend_backward(d_context, d_projections, pass, tape, needs(layer_.key));
  dense_backward(qkv_, tape.qkv, d_projections, need_input ? d : at::Tensor(), 1, pass);
}

}  // namespace lorascope::nn
