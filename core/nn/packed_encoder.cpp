#include "core/nn/packed_encoder.h"

#include <ATen/ATen.h>

namespace lorascope::nn {

PackedEncoder::PackedEncoder(Encoder& encoder, const DropoutRates& rates) : encoder_(encoder), rates_(rates) {
  for (std::size_t number = 0; number < encoder.layers.size(); ++number)
    layers_.emplace_back(encoder.layers[number], encoder.config, rates, static_cast<std::int64_t>(number));
  if (encoder.embeddings_are_trained()) return;
  first_trained_ = 1;
  for (const EncoderLayer& layer : encoder.layers) {
    if (layer.is_trained()) break;
    ++first_trained_;
  }
}

at::Tensor PackedEncoder::forward(const PackedBatch& batch, const DropoutKey* key, bool fresh) {
  arena_.reset();
  key_ = key ? std::optional<DropoutKey>(*key) : std::nullopt;
  pass_.emplace(PackedPass{batch, arena_, key_ ? &*key_ : nullptr, first_trained_ == 0, fresh});
  embedding_tape_ = {};
  tapes_.assign(layers_.size(), {});
  at::Tensor hidden = embed(encoder_, rates_, *pass_, embedding_tape_);
  for (std::size_t number = 0; number < layers_.size(); ++number) {
    pass_->keep = static_cast<std::int64_t>(number) + 1 >= first_trained_;
    hidden = layers_[number].forward(hidden, *pass_, tapes_[number]);
  }
  return hidden;
}

void PackedEncoder::backward(at::Tensor& d) {
  for (auto number = static_cast<std::int64_t>(layers_.size()) - 1; number >= 0 && number + 1 >= first_trained_;
       --number) {
    const Arena::Mark mark = arena_.mark();
    layers_[number].backward(d, *pass_, tapes_[number], number + 1 > first_trained_);
    arena_.rewind(mark);
  }
  if (first_trained_ == 0) embed_backward(encoder_, rates_, *pass_, embedding_tape_, d);
}

std::vector<at::Tensor> PackedEncoder::evaluate(const PackedBatch& batch, bool all) {
  arena_.reset();
  const PackedPass pass{batch, arena_, nullptr, false, false};
  EmbeddingTape embedding_tape;
  at::Tensor hidden = embed(encoder_, rates_, pass, embedding_tape);
  std::vector<at::Tensor> states;
  for (std::size_t number = 0; number < layers_.size(); ++number) {
    if (all) states.push_back(hidden.clone());
    const Arena::Mark mark = arena_.mark();
    LayerTape tape;
    hidden.copy_(layers_[number].forward(hidden, pass, tape));
    arena_.rewind(mark);
  }
  states.push_back(hidden.clone());
  return states;
}

}  // namespace lorascope::nn
