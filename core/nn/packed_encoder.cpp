#include "core/nn/packed_encoder.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace lorascope::nn {

PackedEncoder::PackedEncoder(Encoder& encoder, const DropoutRates& rates, bool checkpoints, Precision precision)
    : encoder_(encoder), rates_(rates), checkpoints_(checkpoints), precision_(precision) {
  for (std::size_t number = 0; number < encoder.layers.size(); ++number)
    layers_.emplace_back(encoder.layers[number], encoder.config, rates, static_cast<std::int64_t>(number));
  for (const EncoderLayer& layer : encoder.layers) {
    const auto parts = {&layer.query,        &layer.key,          &layer.value,
                        &layer.attention_output, &layer.intermediate, &layer.output};
    if (std::any_of(parts.begin(), parts.end(), [](const Dense* part) { return !part->adapters.empty(); })) break;
    ++first_adapted_;
  }
  if (encoder.embeddings_are_trained()) return;
  first_trained_ = 1;
  for (const EncoderLayer& layer : encoder.layers) {
    if (layer.is_trained()) break;
    ++first_trained_;
  }
}

at::Tensor PackedEncoder::forward(const PackedBatch& batch, const DropoutKey* key, bool fresh,
                                  PackedScalings* scalings) {
  arena_.reset();
  first_kept_ = scalings ? first_adapted_ : first_trained_;
  key_ = key ? std::optional<DropoutKey>(*key) : std::nullopt;
  pass_.emplace(PackedPass{batch, arena_, key_ ? &*key_ : nullptr, first_kept_ == 0, fresh, scalings, precision_});
  embedding_tape_ = {};
  tapes_.assign(layers_.size(), {});
  inputs_.assign(layers_.size(), {});
  at::Tensor hidden = embed(encoder_, rates_, *pass_, embedding_tape_);
  for (std::size_t number = 0; number < layers_.size(); ++number) {
    pass_->keep = static_cast<std::int64_t>(number) + 1 >= first_kept_;
    // The last layer's turn comes first in backward(): forgetting it would save nothing.
    if (checkpoints_ && !scalings && number + 1 < layers_.size()) {
      if (pass_->keep) inputs_[number] = hidden;
      hidden = forget_layer(number, hidden);
    } else {
      hidden = layers_[number].forward(hidden, *pass_, tapes_[number]);
    }
  }
  return hidden;
}

at::Tensor PackedEncoder::forget_layer(std::size_t number, const at::Tensor& hidden) {
  const at::Tensor output = arena_.matrix(hidden.size(0), hidden.size(1));
  const Arena::Mark mark = arena_.mark();
  LayerTape tape;
  output.copy_(layers_[number].forward(hidden, *pass_, tape));
  arena_.rewind(mark);
  return output;
}

void PackedEncoder::backward(at::Tensor& d) {
  for (auto number = static_cast<std::int64_t>(layers_.size()) - 1; number >= 0 && number + 1 >= first_kept_;
       --number) {
    const Arena::Mark mark = arena_.mark();
    if (inputs_[number].defined()) layers_[number].forward(inputs_[number], *pass_, tapes_[number]);
    layers_[number].backward(d, *pass_, tapes_[number], number + 1 > first_kept_);
    arena_.rewind(mark);
  }
  if (first_kept_ == 0) embed_backward(encoder_, rates_, *pass_, embedding_tape_, d);
}

std::vector<at::Tensor> PackedEncoder::evaluate(const PackedBatch& batch, bool all, PackedScalings* scalings) {
  arena_.reset();
  const PackedPass pass{batch, arena_, nullptr, false, false, scalings, precision_};
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
