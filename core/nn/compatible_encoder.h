#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/nn/adapter_mixer.h"
#include "core/nn/dropout.h"
#include "core/nn/encoder.h"
#include "core/nn/packed_batch.h"
#include "core/nn/precision.h"

namespace lorascope::nn {

/// A packed batch laid out as the originals have it: padded to S columns.
struct PaddedBatch {
  at::Tensor ids;             ///< [B,S] int64, padded with config.pad_token_id
  at::Tensor types;           ///< [B,S] int64
  at::Tensor attention_mask;  ///< [B,1,1,S] fp32: 0 at real positions, the smallest fp32 at padding
  at::Tensor real;            ///< [T] int64: where token t of the packed batch lies in [B·S]
  std::int64_t batch = 0, sequence = 0;
};
PaddedBatch pad(const PackedBatch& batch, std::int64_t pad_token_id, const at::Device& device);

/// A tensor that autograd follows where `weight` is trained: same memory, same gradient memory.
at::Tensor variable(const Weight& weight);

/// The encoder in the originals' own order of operations on padded rows, with plain autograd: slow, exact, any device.
class CompatibleEncoder {
 public:
  /// `rates` are used where a key is given. Bf16 is what torch's autocast does to dense modules and attention: factors and
  /// results of products are bf16.
  CompatibleEncoder(const Encoder& encoder, const DropoutRates& rates, Precision precision = Precision::Fp32)
      : encoder_(encoder), rates_(rates), precision_(precision) {}

  struct Pass {
    const PackedBatch& packed;
    const PaddedBatch& padded;
    const DropoutKey* key = nullptr;  ///< null: no dropout
    AdapterMixer* mixer = nullptr;    ///< null: adapters are summed
  };
  /// Hidden states [B,S,H]: after the embeddings, after each layer.
  std::vector<at::Tensor> forward(const Pass& pass) const;

  /// Activation checkpointing without a mixer: what forward() computes, of which only the layers' inputs are kept.
  struct Checkpoints {
    std::vector<at::Tensor> inputs;  ///< [B,S,H] of each layer
    at::Tensor last;                 ///< [B,S,H] a leaf that takes the gradient of what is built on it
  };
  Checkpoints forward_with_checkpoints(const Pass& pass) const;
  /// Computes layer by layer once more and adds the gradients of all trained weights, from that of `last`.
  void backward(const Checkpoints& checkpoints, const Pass& pass) const;

  /// y = W x + b and adapters for x [B,S,in] or [B,in], as PEFT's eager path computes it.
  at::Tensor dense(const Dense& dense, const at::Tensor& x, const Pass& pass) const;
  /// x ⊙ the mask of `site`; the mask's rows are packed tokens for x [B,S,N], sequences for x [B,N].
  at::Tensor dropout(const at::Tensor& x, std::uint32_t site, double rate, const Pass& pass) const;

 private:
  at::Tensor embed(const Pass& pass) const;
  at::Tensor layer(const EncoderLayer& layer, std::int64_t number, const at::Tensor& hidden, const Pass& pass) const;
  at::Tensor attention(const EncoderLayer& layer, std::int64_t number, const at::Tensor& hidden,
                       const Pass& pass) const;
  at::Tensor attention_dropout(const at::Tensor& probabilities, std::uint32_t site, const Pass& pass) const;
  at::Tensor norm(const Norm& norm, const at::Tensor& x) const;
  /// x Wᵀ + b; no b where it is undefined.
  at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {}) const;
  at::Tensor matmul(const at::Tensor& a, const at::Tensor& b) const;

  const Encoder& encoder_;
  DropoutRates rates_;
  Precision precision_;
};

}  // namespace lorascope::nn
