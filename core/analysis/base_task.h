#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "core/files/model_folder.h"

namespace lorascope::analysis {

// The loss on what a base model was made for, to see what tuning made it forget. A model that brings its masked-word head
// is asked for masked words; a sentence encoder, which has none, is asked for the base's own embedding of each text.

/// The head that predicts masked words, as BERT and DistilBERT checkpoints store it.
struct MaskedWordHead {
  at::Tensor dense_weight, dense_bias;  ///< [H,H], [H]
  at::Tensor norm_weight, norm_bias;    ///< [H]
  at::Tensor word_weight, word_bias;    ///< [V,H], [V]; the word embeddings where the file has none of its own
  double norm_eps = 1e-12;
};

/// Nothing where the folder's weights have no such head, or only a part of one. `base` is the loaded folder.
std::optional<MaskedWordHead> read_masked_word_head(const files::ModelFolder& base);

/// Mean cross entropy of the words `targets` [M] at the states `hidden` [M,H] of the last layer:
/// softmax(W LayerNorm(gelu(D h + d)) + b). 0 for M = 0.
double masked_word_loss(const MaskedWordHead& head, const at::Tensor& hidden, std::span<const std::int64_t> targets);

/// Which of `length` tokens are hidden from the model: 15 % of those between the first and the last, at least one where
/// there is any, the same for the same row whatever the model.
std::vector<std::int64_t> masked_positions(std::int64_t row, std::int64_t length);

/// The mean state of each row: hidden [T,H], row b holding boundaries[b] up to boundaries[b+1] -> [B,H].
at::Tensor mean_states(const at::Tensor& hidden, std::span<const std::int32_t> boundaries);

/// How surely a text's embedding still finds the base's own embedding of the same text among those of `group`
/// consecutive texts: mean cross entropy of softmax(scale · cosines), the loss that sentence encoders are trained with
/// ([Sentence-BERT]'s ranking loss). embeddings and base [N,H].
double own_text_loss(const at::Tensor& embeddings, const at::Tensor& base, std::int64_t group = 32, double scale = 20);

}  // namespace lorascope::analysis
