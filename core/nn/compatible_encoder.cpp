#include "core/nn/compatible_encoder.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/nn/dora.h"
#include "core/nn/kernels/kernels.h"

namespace lorascope::nn {
namespace {

at::Tensor activate(files::Activation activation, const at::Tensor& x) {
  switch (activation) {
    case files::Activation::Gelu:
      return at::gelu(x);
    case files::Activation::GeluTanh:
      return at::gelu(x, "tanh");
    case files::Activation::Relu:
      return at::relu(x);
    case files::Activation::Silu:
      return at::silu(x);
  }
  return x;
}

/// Rows of a mask [T,columns] on the CPU.
at::Tensor mask_matrix(const MaskStream& stream, std::int64_t tokens, std::int64_t columns) {
  const at::Tensor mask = at::ones({tokens, columns}, at::kFloat);
  kernels().mask_rows(stream, 0, tokens, columns, mask.data_ptr<float>(), mask.data_ptr<float>());
  return mask;
}

}  // namespace

PaddedBatch pad(const PackedBatch& batch, std::int64_t pad_token_id, const at::Device& device) {
  PaddedBatch padded;
  padded.batch = batch.num_sequences();
  padded.sequence = batch.num_columns();
  const at::Tensor ids = at::full({padded.batch, padded.sequence}, pad_token_id, at::kLong);
  const at::Tensor types = at::zeros_like(ids);
  const at::Tensor mask = at::full({padded.batch, padded.sequence}, std::numeric_limits<float>::lowest(), at::kFloat);
  const at::Tensor real = at::empty({batch.num_tokens()}, at::kLong);
  for (std::int64_t row = 0; row < padded.batch; ++row)
    for (std::int32_t t = batch.boundaries[row]; t < batch.boundaries[row + 1]; ++t) {
      const std::int64_t place = row * padded.sequence + batch.positions[t];
      ids.data_ptr<std::int64_t>()[place] = batch.ids[t];
      types.data_ptr<std::int64_t>()[place] = batch.types[t];
      if (t - batch.boundaries[row] < batch.real_length(row)) mask.data_ptr<float>()[place] = 0;
      real.data_ptr<std::int64_t>()[t] = place;
    }
  padded.ids = ids.to(device);
  padded.types = types.to(device);
  padded.attention_mask = mask.view({padded.batch, 1, 1, padded.sequence}).to(device);
  padded.real = real.to(device);
  return padded;
}

at::Tensor variable(const Weight& weight) {
  if (!weight.is_trained() || !at::GradMode::is_enabled()) return weight.value;
  at::Tensor leaf = weight.value.detach();
  leaf.set_requires_grad(true);
  leaf.mutable_grad() = weight.gradient;
  return leaf;
}

at::Tensor CompatibleEncoder::dropout(const at::Tensor& x, std::uint32_t site, double rate, const Pass& pass) const {
  if (!pass.key || rate <= 0) return x;
  const std::int64_t columns = x.size(-1);
  const MaskStream stream = mask_stream(*pass.key, site, rate);
  if (x.dim() == 2) return x * mask_matrix(stream, x.size(0), columns).to(x.device());
  const at::Tensor packed = mask_matrix(stream, pass.packed.num_tokens(), columns);
  at::Tensor mask = at::zeros({pass.padded.batch * pass.padded.sequence, columns}, x.options().requires_grad(false));
  mask.index_copy_(0, pass.padded.real, packed.to(x.device()));
  return x * mask.view_as(x);
}

at::Tensor CompatibleEncoder::attention_dropout(const at::Tensor& probabilities, std::uint32_t site,
                                                const Pass& pass) const {
  if (!pass.key || rates_.attention <= 0) return probabilities;
  const MaskStream stream = mask_stream(*pass.key, site, rates_.attention);
  const std::int64_t heads = encoder_.config.num_heads, sequence = pass.padded.sequence;
  const at::Tensor mask = at::zeros(probabilities.sizes(), at::kFloat);
  std::vector<float> block;
  for (std::int64_t row = 0; row < pass.padded.batch; ++row) {
    const std::int64_t first = pass.packed.boundaries[row], length = pass.packed.boundaries[row + 1] - first;
    const std::int64_t chunks = (length + 15) / 16;
    block.resize(length * chunks * 16);
    for (std::int64_t head = 0; head < heads; ++head) {
      kernels().mask_row(stream, static_cast<std::uint32_t>(first * heads + head), 0, length * chunks, block.data());
      float* matrix = mask.data_ptr<float>() + (row * heads + head) * sequence * sequence;
      for (std::int64_t i = 0; i < length; ++i)
        for (std::int64_t j = 0; j < length; ++j)
          matrix[pass.packed.positions[first + i] * sequence + pass.packed.positions[first + j]] =
              block[i * chunks * 16 + j];
    }
  }
  return probabilities * mask.to(probabilities.device());
}

at::Tensor CompatibleEncoder::norm(const Norm& norm, const at::Tensor& x) const {
  return at::layer_norm(x, {x.size(-1)}, variable(norm.weight), variable(norm.bias), encoder_.config.layer_norm_eps);
}

at::Tensor CompatibleEncoder::linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) const {
  if (precision_ == Precision::Fp32) return at::linear(x, weight, bias);
  return at::linear(x.to(at::kBFloat16), weight.to(at::kBFloat16), bias.defined() ? bias.to(at::kBFloat16) : bias)
      .to(at::kFloat);
}

at::Tensor CompatibleEncoder::matmul(const at::Tensor& a, const at::Tensor& b) const {
  if (precision_ == Precision::Fp32) return at::matmul(a, b);
  return at::matmul(a.to(at::kBFloat16), b.to(at::kBFloat16)).to(at::kFloat);
}

at::Tensor CompatibleEncoder::dense(const Dense& dense, const at::Tensor& x, const Pass& pass) const {
  at::Tensor y = linear(x, variable(dense.weight), variable(dense.bias));
  if (pass.mixer && !dense.adapters.empty())
    return pass.mixer->mix(dense, x, y, [&](const at::Tensor& input, const LowRank& adapter) {
      return dropout(input, adapter.site, adapter.dropout, pass);
    });
  for (const LowRank& adapter : dense.adapters) {
    const at::Tensor dropped = dropout(x, adapter.site, adapter.dropout, pass);
    const at::Tensor low = linear(dropped, variable(adapter.a));
    const at::Tensor update = adapter.b_bias.value.defined()
                                  ? linear(low, variable(adapter.b), variable(adapter.b_bias))
                                  : linear(low, variable(adapter.b));
    if (!adapter.magnitude.value.defined()) {
      y = y + update * adapter.scaling;
      continue;
    }
    // [PEFT] has the base's part of the correction see the dropped input where there is dropout.
    const bool drops = pass.key && adapter.dropout > 0;
    const at::Tensor base = drops ? linear(dropped, variable(dense.weight)) : y - variable(dense.bias);
    const at::Tensor scale = variable(adapter.magnitude) / row_norms(dense.weight.value, adapter);
    y = y + ((scale - 1) * base + scale * update * adapter.scaling);
  }
  return y;
}

at::Tensor CompatibleEncoder::embed(const Pass& pass) const {
  const auto lookup = [](const Embedding& table, const at::Tensor& ids, std::int64_t padding) {
    at::Tensor rows = at::embedding(variable(table.weight), ids, padding);
    for (const LowRank& adapter : table.adapters) {
      const at::Tensor low = at::embedding(variable(adapter.a).transpose(0, 1), ids, padding);
      const at::Tensor update = at::matmul(low, variable(adapter.b).transpose(0, 1));
      if (adapter.magnitude.value.defined()) {
        const at::Tensor scale = variable(adapter.magnitude) / row_norms(table.weight.value.t(), adapter);
        rows = scale * rows + scale * update * adapter.scaling;
      } else {
        rows = rows + update * adapter.scaling;
      }
    }
    return rows;
  };
  const at::Tensor positions = at::arange(pass.padded.sequence, pass.padded.ids.options()).unsqueeze(0);
  at::Tensor sum = lookup(encoder_.word, pass.padded.ids, encoder_.config.pad_token_id);
  if (encoder_.type.weight.value.defined()) sum = sum + lookup(encoder_.type, pass.padded.types, -1);
  sum = sum + lookup(encoder_.position, positions, -1);
  return dropout(norm(encoder_.embedding_norm, sum), kEmbeddingSite, rates_.embeddings, pass);
}

at::Tensor CompatibleEncoder::attention(const EncoderLayer& layer, std::int64_t number, const at::Tensor& hidden,
                                        const Pass& pass) const {
  const std::int64_t heads = encoder_.config.num_heads, size = encoder_.config.head_size();
  const auto split = [&](const Dense& projection) {
    return dense(projection, hidden, pass).view({pass.padded.batch, pass.padded.sequence, heads, size}).transpose(1, 2);
  };
  const at::Tensor query = split(layer.query), key = split(layer.key), value = split(layer.value);
  const double root = std::sqrt(static_cast<double>(size));
  at::Tensor scores = encoder_.config.family == files::Family::Bert ? matmul(query, key.transpose(2, 3)) / root
                                                                    : matmul(query / root, key.transpose(2, 3));
  scores = scores + pass.padded.attention_mask;
  const at::Tensor probabilities = attention_dropout(at::softmax(scores, -1), layer_site(kAttentionSite, number), pass);
  return matmul(probabilities, value).transpose(1, 2).contiguous().view_as(hidden);
}

at::Tensor CompatibleEncoder::layer(const EncoderLayer& layer, std::int64_t number, const at::Tensor& hidden,
                                    const Pass& pass) const {
  const at::Tensor context = dense(layer.attention_output, attention(layer, number, hidden, pass), pass);
  const at::Tensor attended =
      norm(layer.attention_norm,
           dropout(context, layer_site(kAttentionOutputSite, number), rates_.attention_output, pass) + hidden);
  const at::Tensor inner = activate(encoder_.config.activation, dense(layer.intermediate, attended, pass));
  const at::Tensor outer = dense(layer.output, inner, pass);
  return norm(layer.output_norm, dropout(outer, layer_site(kOutputSite, number), rates_.output, pass) + attended);
}

CompatibleEncoder::Checkpoints CompatibleEncoder::forward_with_checkpoints(const Pass& pass) const {
  const at::NoGradGuard no_grad;
  Checkpoints kept;
  kept.last = embed(pass);
  for (std::size_t number = 0; number < encoder_.layers.size(); ++number) {
    kept.inputs.push_back(kept.last);
    kept.last = layer(encoder_.layers[number], static_cast<std::int64_t>(number), kept.last, pass);
  }
  kept.last.set_requires_grad(true);
  return kept;
}

void CompatibleEncoder::backward(const Checkpoints& checkpoints, const Pass& pass) const {
  const at::AutoGradMode with_graph(true);
  const bool to_embeddings = encoder_.embeddings_are_trained();
  std::size_t first = 0;  // layer that the backward pass ends in
  while (!to_embeddings && first < encoder_.layers.size() && !encoder_.layers[first].is_trained()) ++first;
  at::Tensor d = checkpoints.last.grad();
  for (std::size_t number = encoder_.layers.size(); number-- > first && d.defined();) {
    at::Tensor input = checkpoints.inputs[number].detach();
    input.set_requires_grad(to_embeddings || number > first);
    const at::Tensor output = layer(encoder_.layers[number], static_cast<std::int64_t>(number), input, pass);
    if (output.requires_grad()) output.backward(d);
    d = input.grad();
  }
  if (!to_embeddings || !d.defined()) return;
  const at::Tensor output = embed(pass);
  if (output.requires_grad()) output.backward(d);
}

std::vector<at::Tensor> CompatibleEncoder::forward(const Pass& pass) const {
  std::vector<at::Tensor> hidden{embed(pass)};
  for (std::size_t number = 0; number < encoder_.layers.size(); ++number)
    hidden.push_back(layer(encoder_.layers[number], static_cast<std::int64_t>(number), hidden.back(), pass));
  return hidden;
}

}  // namespace lorascope::nn
