#pragma once

#include "core/nn/packed_dense.h"

namespace lorascope::nn {

/// What the embeddings' forward pass leaves for their backward pass.
struct EmbeddingTape {
  at::Tensor sum;                          ///< [T,H] word + type + position
  float *mean = nullptr, *rstd = nullptr;  ///< [T]
  struct Branch {
    Embedding* table;
    std::size_t adapter;
    at::Tensor indices;  ///< [T] int64
    at::Tensor low;      ///< [T,R]
    at::Tensor rows;     ///< [T,H] the table's rows with the adapter's update, of one with DoRA, else undefined
    RowScale scale;      ///< of one with DoRA
  };
  std::vector<Branch> branches;
};

/// LayerNorm(word[id] + type[segment] + position[column]) and dropout, [T,H].
at::Tensor embed(Encoder& encoder, const DropoutRates& rates, const PackedPass& pass, EmbeddingTape& tape);

/// Adds the gradients of the tables, their adapters and the LayerNorm; d [T,H] is used up. Rows of the padding id get
/// no gradient.
void embed_backward(Encoder& encoder, const DropoutRates& rates, const PackedPass& pass, const EmbeddingTape& tape,
                    at::Tensor& d);

}  // namespace lorascope::nn
