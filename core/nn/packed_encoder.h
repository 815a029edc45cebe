#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "core/nn/arena.h"
#include "core/nn/packed_batch.h"
#include "core/nn/packed_embeddings.h"
#include "core/nn/packed_layer.h"

namespace lorascope::nn {

/// The encoder on packed tokens [T,H] on the CPU, with a hand-written backward pass: no padding, no graph, no copies of
/// activations, no work for what is frozen. Each sequence is computed as if it were alone. Agrees with
/// CompatibleEncoder within rounding, dropout masks included. Same inputs and threads give the same bits.
class PackedEncoder {
 public:
  /// `encoder` must outlive this and stay where it is.
  PackedEncoder(Encoder& encoder, const DropoutRates& rates);

  /// Last hidden states [T,H] with everything kept for backward(). `fresh`: gradients are set, not added to.
  at::Tensor forward(const PackedBatch& batch, const DropoutKey* key, bool fresh);
  /// Adds (sets) the gradients of all trained weights from that of the last hidden states; d is used up.
  void backward(at::Tensor& d);
  /// Whether backward() has anything to do.
  bool is_trained() const { return first_trained_ <= static_cast<std::int64_t>(layers_.size()); }

  /// Without dropout and without keeping activations. The states are copies: after the embeddings and after each layer
  /// where `all`, else the last only.
  std::vector<at::Tensor> evaluate(const PackedBatch& batch, bool all);

  /// Memory of the pass that is under way: buffers taken here live until the next forward() or evaluate().
  Arena& arena() { return arena_; }

 private:
  Encoder& encoder_;
  DropoutRates rates_;
  std::vector<PackedLayer> layers_;
  std::int64_t first_trained_ = 0;  ///< 0: the embeddings; l: layer l-1; beyond the layers: none
  Arena arena_;
  EmbeddingTape embedding_tape_;
  std::vector<LayerTape> tapes_;
  std::optional<DropoutKey> key_;
  std::optional<PackedPass> pass_;
};

}  // namespace lorascope::nn
