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
  /// With `checkpoints` a forward pass keeps only the input of each layer and backward() computes the layer once more,
  /// with the same masks: the same bits for about a third more work and an L-th of the memory of activations.
  /// Under Bf16 attention's own products stay fp32, and frozen weights are kept in bf16 as well.
  PackedEncoder(Encoder& encoder, const DropoutRates& rates, bool checkpoints = false,
                Precision precision = Precision::Fp32);

  /// Last hidden states [T,H] with everything kept for backward(). `fresh`: gradients are set, not added to.
  /// With `scalings` frozen adapters are weighed by them, and backward() gives their gradients.
  at::Tensor forward(const PackedBatch& batch, const DropoutKey* key, bool fresh, PackedScalings* scalings = nullptr);
  /// Adds (sets) the gradients of all trained weights from that of the last hidden states; d is used up.
  void backward(at::Tensor& d);
  /// Whether backward() has anything to do.
  bool is_trained() const { return first_trained_ <= static_cast<std::int64_t>(layers_.size()); }

  /// Without dropout and without keeping activations. The states are copies: after the embeddings and after each layer
  /// where `all`, else the last only.
  std::vector<at::Tensor> evaluate(const PackedBatch& batch, bool all, PackedScalings* scalings = nullptr);

  /// Memory of the pass that is under way: buffers taken here live until the next forward() or evaluate().
  Arena& arena() { return arena_; }

 private:
  Encoder& encoder_;
  /// A layer whose output gets memory of its own; what else it took is given back.
  at::Tensor forget_layer(std::size_t number, const at::Tensor& hidden);

  DropoutRates rates_;
  bool checkpoints_;
  Precision precision_;
  std::vector<PackedLayer> layers_;
  std::int64_t first_trained_ = 0;  ///< 0: the embeddings; l: layer l-1; beyond the layers: none
  std::int64_t first_adapted_ = 1;  ///< the same for the first layer with adapters
  std::int64_t first_kept_ = 0;     ///< of the pass that is under way: where its backward pass ends
  Arena arena_;
  EmbeddingTape embedding_tape_;
  std::vector<LayerTape> tapes_;
  std::vector<at::Tensor> inputs_;  ///< [T,H] of the layers that backward() computes once more, else undefined
  std::optional<DropoutKey> key_;
  std::optional<PackedPass> pass_;
};

}  // namespace lorascope::nn
