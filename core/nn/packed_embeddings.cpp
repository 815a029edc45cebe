#include "core/nn/packed_embeddings.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/nn/column_sums.h"
#include "core/nn/kernels/kernels.h"
#include "core/nn/packed_batch.h"
#include "core/nn/parallel.h"

namespace lorascope::nn {
namespace {

constexpr std::int64_t kRowGrain = 16;

struct Lookup {
  Embedding* table;
  const std::vector<std::int32_t>* indices;  ///< [T]
  std::int32_t padding;                      ///< row without gradient; -1: none
};

std::vector<Lookup> lookups(Encoder& encoder, const PackedBatch& batch) {
  std::vector<Lookup> tables{{&encoder.word, &batch.ids, static_cast<std::int32_t>(encoder.config.pad_token_id)},
                             {&encoder.position, &batch.positions, -1}};
  if (encoder.type.weight.value.defined()) tables.push_back({&encoder.type, &batch.types, -1});
  return tables;
}

void add_adapters(const std::vector<Lookup>& tables, at::Tensor& sum, EmbeddingTape& tape) {
  for (const Lookup& lookup : tables)
    for (std::size_t number = 0; number < lookup.table->adapters.size(); ++number) {
      const LowRank& adapter = lookup.table->adapters[number];
      const at::Tensor indices = at::tensor(*lookup.indices, at::kInt).to(at::kLong);
      EmbeddingTape::Branch branch{lookup.table, number, indices, adapter.a.value.index_select(1, indices).t(), {}, {}};
      if (adapter.magnitude.value.defined()) {
        // g ⊙ (W + scaling · B A) in the place of W; the lengths are those of the columns of a table [V,H].
        const at::Tensor& table = lookup.table->weight.value;
        const at::Tensor plain = table.index_select(0, indices);
        branch.scale = row_scale(table.t(), adapter);
        branch.rows = at::addmm(plain, branch.low, adapter.b.value.t(), 1, adapter.scaling);
        sum.sub_(plain).addcmul_(branch.rows, branch.scale.scale);
      } else {
        at::addmm_out(sum, sum, branch.low, adapter.b.value.t(), 1, adapter.scaling);
      }
      tape.branches.push_back(std::move(branch));
    }
}

void adapters_backward(const EmbeddingTape& tape, const at::Tensor& d_sum, std::int64_t padding, const Embedding& word,
                       const PackedPass& pass) {
  for (const EmbeddingTape::Branch& branch : tape.branches) {
    LowRank& adapter = branch.table->adapters[branch.adapter];
    at::Tensor d = d_sum;
    if (branch.rows.defined()) {
      d = d_sum * branch.scale.scale;
      if (adapter.magnitude.is_trained()) {
        const at::Tensor sum = (d_sum * branch.rows).sum(0) / branch.scale.norm;
        put_gradient(adapter.magnitude.gradient, sum.const_data_ptr<float>(), pass.fresh);
      }
    }
    if (pass.fresh) {
      if (adapter.a.is_trained()) adapter.a.gradient.zero_();
      if (adapter.b.is_trained()) adapter.b.gradient.zero_();
    }
    if (adapter.b.is_trained())
      at::addmm_out(adapter.b.gradient, adapter.b.gradient, d.t(), branch.low, 1, adapter.scaling);
    if (!adapter.a.is_trained()) continue;
    at::Tensor d_low = at::mm(d, adapter.b.value) * adapter.scaling;
    if (branch.table == &word) d_low.masked_fill_(branch.indices.eq(padding).unsqueeze(1), 0);
    adapter.a.gradient.index_add_(1, branch.indices, d_low.t());
  }
}

/// Adds the rows of d to the rows of the table's gradient; threads share the columns, so the order of sums is fixed.
void scatter(const Lookup& lookup, const at::Tensor& d, bool fresh) {
  Weight& weight = lookup.table->weight;
  if (!weight.is_trained()) return;
  const std::int64_t columns = d.size(1);
  const auto tokens = static_cast<std::int64_t>(lookup.indices->size());
  float* gradient = weight.gradient.data_ptr<float>();
  const float* from = d.const_data_ptr<float>();
  if (RowActivity* rows = lookup.table->rows) {
    for (const std::int32_t row : *lookup.indices)
      if (row != lookup.padding) rows->touched.push_back(row);
    std::sort(rows->touched.begin(), rows->touched.end());
    rows->touched.erase(std::unique(rows->touched.begin(), rows->touched.end()), rows->touched.end());
    for (const std::int32_t row : rows->touched) rows->ever_touched[row] = 1;
  } else if (fresh) {
    weight.gradient.zero_();
  }
  parallel_ranges(columns, 64, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t t = 0; t < tokens; ++t) {
      const std::int32_t row = (*lookup.indices)[t];
      if (row != lookup.padding)
        kernels().add_to(from + t * columns + begin, gradient + row * columns + begin, end - begin);
    }
  });
}

}  // namespace

at::Tensor embed(Encoder& encoder, const DropoutRates& rates, const PackedPass& pass, EmbeddingTape& tape) {
  const std::int64_t hidden = encoder.config.hidden_size, tokens = pass.tokens();
  tape.sum = pass.arena.matrix(tokens, hidden);
  if (pass.keep) {
    tape.mean = pass.arena.take(tokens);
    tape.rstd = pass.arena.take(tokens);
  }
  const at::Tensor out = pass.arena.matrix(tokens, hidden);
  const float* word = encoder.word.weight.value.const_data_ptr<float>();
  const bool has_types = encoder.type.weight.value.defined();
  const at::Tensor no_type = has_types ? at::Tensor() : at::zeros({hidden}, at::kFloat);
  const float* type = (has_types ? encoder.type.weight.value : no_type).const_data_ptr<float>();
  const float* position = encoder.position.weight.value.const_data_ptr<float>();
  float* sum = tape.sum.data_ptr<float>();
  parallel_ranges(tokens, kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t t = begin; t < end; ++t)
      kernels().add_rows(word + pass.batch.ids[t] * hidden, type + (has_types ? pass.batch.types[t] * hidden : 0),
                         position + pass.batch.positions[t] * hidden, sum + t * hidden, hidden);
  });
  add_adapters(lookups(encoder, pass.batch), tape.sum, tape);
  ResidualNorm work;
  work.columns = hidden;
  work.gamma = encoder.embedding_norm.weight.value.const_data_ptr<float>();
  work.beta = encoder.embedding_norm.bias.value.const_data_ptr<float>();
  work.epsilon = static_cast<float>(encoder.config.layer_norm_eps);
  work.sum = sum;
  work.out = out.data_ptr<float>();
  work.mean = tape.mean;
  work.rstd = tape.rstd;
  const bool drops = pass.key && rates.embeddings > 0;
  const MaskStream mask = drops ? mask_stream(*pass.key, kEmbeddingSite, rates.embeddings) : MaskStream{};
  parallel_ranges(tokens, kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
    kernels().residual_norm(work, begin, end - begin);
    if (drops) kernels().mask_rows(mask, begin, end - begin, hidden, work.out, work.out);
  });
  return out;
}

void embed_backward(Encoder& encoder, const DropoutRates& rates, const PackedPass& pass, const EmbeddingTape& tape,
                    at::Tensor& d) {
  const std::int64_t hidden = encoder.config.hidden_size, tokens = pass.tokens();
  const Norm& norm = encoder.embedding_norm;
  const int threads = parallel_threads(tokens, kRowGrain);
  ColumnSums gamma(pass.arena, threads, hidden), beta(pass.arena, threads, hidden);
  const bool drops = pass.key && rates.embeddings > 0;
  const MaskStream mask = drops ? mask_stream(*pass.key, kEmbeddingSite, rates.embeddings) : MaskStream{};
  ResidualNormBackward work;
  work.columns = hidden;
  work.d_out = d.const_data_ptr<float>();
  work.sum = tape.sum.const_data_ptr<float>();
  work.mean = tape.mean;
  work.rstd = tape.rstd;
  work.gamma = norm.weight.value.const_data_ptr<float>();
  work.d_residual = d.data_ptr<float>();
  parallel_ranges(tokens, kRowGrain, [&](std::int64_t begin, std::int64_t end, int thread) {
    ResidualNormBackward own = work;
    own.d_gamma = norm.weight.is_trained() ? gamma.of_thread(thread) : nullptr;
    own.d_beta = norm.bias.is_trained() ? beta.of_thread(thread) : nullptr;
    if (drops) kernels().mask_rows(mask, begin, end - begin, hidden, own.d_residual, own.d_residual);
    kernels().residual_norm_backward(own, begin, end - begin);
  });
  gamma.put(norm.weight, pass.fresh);
  beta.put(norm.bias, pass.fresh);
  for (const Lookup& lookup : lookups(encoder, pass.batch)) scatter(lookup, d, pass.fresh);
  adapters_backward(tape, d, encoder.config.pad_token_id, encoder.word, pass);
}

}  // namespace lorascope::nn
