#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/files/model_config.h"
#include "core/files/tensor_archive.h"
#include "core/nn/parameter.h"

namespace lorascope::nn {

/// A tensor and, where it is trained, its gradient.
struct Weight {
  at::Tensor value;
  at::Tensor gradient;  ///< undefined where frozen

  bool is_trained() const { return gradient.defined(); }
};

/// One adapter on one module: y += scaling * (B A drop(x) + b_bias) ([LoRA] §4.1, [PEFT]). With a magnitude, DoRA (see
/// dora.h); it is then the only adapter on its module.
struct LowRank {
  Weight a;       ///< [R,in]; on an embedding [R,V]
  Weight b;       ///< [out,R]
  Weight b_bias;  ///< [out], undefined without lora_bias
  Weight magnitude;  ///< m [out] of DoRA, undefined without
  double scaling = 1;
  double dropout = 0;      ///< on x, before A
  std::uint32_t site = 0;  ///< names its dropout masks

  bool is_trained() const;  ///< any of its tensors
};

/// y = W x + b and its adapters.
struct Dense {
  std::string path;  ///< "bert.encoder.layer.0.attention.self.query"
  Weight weight;     ///< [out,in]
  Weight bias;       ///< [out]
  std::vector<LowRank> adapters;

  bool is_trained() const;  ///< weight, bias or an adapter
};

/// gamma and beta of a LayerNorm.
struct Norm {
  std::string path;
  Weight weight;
  Weight bias;

  bool is_trained() const { return weight.is_trained() || bias.is_trained(); }
};

struct Embedding {
  std::string path;
  Weight weight;  ///< [rows,H]
  std::vector<LowRank> adapters;
  RowActivity* rows = nullptr;  ///< kept up to date where given; owned by the model
};

/// One post-LN block. Query, key and value are views into one [3H,H] weight and one [3H] bias, so that they can be one
/// product.
struct EncoderLayer {
  Dense query, key, value, attention_output;
  Norm attention_norm;
  Dense intermediate, output;
  Norm output_norm;
  Weight qkv_weight;  ///< [3H,H]
  Weight qkv_bias;    ///< [3H]

  bool is_trained() const;
};

/// The weights of a BERT or DistilBERT encoder; what computes with them is CompatibleEncoder and PackedEncoder.
struct Encoder {
  files::ModelConfig config;
  Embedding word, position;
  Embedding type;  ///< weight undefined in DistilBERT
  Norm embedding_norm;
  std::vector<EncoderLayer> layers;
  std::optional<Dense> pooler;  ///< between first token and choices: tanh(W x + b), in DistilBERT ReLU(W x + b)

  bool embeddings_are_trained() const;
  /// Calls with every dense module, in the order of the originals' named_modules().
  void for_each_dense(const std::function<void(Dense&)>& call);
  void for_each_norm(const std::function<void(Norm&)>& call);
  /// Calls with the checkpoint name and the tensor, adapters left out, in the order of the originals' parameters.
  void for_each_weight(const std::function<void(const std::string& name, Weight&)>& call);
  void for_each_embedding(const std::function<void(Embedding&)>& call);
};

/// Takes the encoder's tensors out of `tensors` (task-model names, shapes as files::load_model_folder checked them).
/// `trained` gives every weight a gradient and memory of its own; frozen weights share the given tensors' memory, but
/// for query, key and value.
Encoder make_encoder(const files::ModelConfig& config, const files::TensorMap& tensors, bool with_pooler, bool trained);

/// Gives `weight` a gradient of zeros.
void make_trained(Weight& weight);

}  // namespace lorascope::nn
