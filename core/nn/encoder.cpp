#include "core/nn/encoder.h"

#include "core/base/error.h"

namespace lorascope::nn {
namespace {

class Source {
 public:
  Source(const files::TensorMap& tensors, bool trained) : tensors_(tensors), trained_(trained) {}

  at::Tensor find(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end())
      throw CheckpointError("cannot build the encoder", Problem{name, "no such tensor", "a tensor of that name", ""});
    return found->second;
  }

  Weight weight(const std::string& name) const {
    const at::Tensor stored = find(name);
    Weight made{trained_ ? stored.clone(at::MemoryFormat::Contiguous) : stored.contiguous(), {}};
    if (trained_) make_trained(made);
    return made;
  }

  Dense dense(const std::string& path) const {
    return Dense{path, weight(path + ".weight"), weight(path + ".bias"), {}};
  }
  Norm norm(const std::string& path) const { return Norm{path, weight(path + ".weight"), weight(path + ".bias")}; }
  Embedding embedding(const std::string& path) const { return Embedding{path, weight(path + ".weight"), {}, nullptr}; }

  /// One tensor of the three parts' rows, and the parts as views into it.
  Weight joined(const std::vector<std::string>& names, std::vector<Weight*> parts) const {
    std::vector<at::Tensor> rows;
    for (const std::string& name : names) rows.push_back(find(name));
    Weight whole{at::cat(rows, 0), {}};
    if (trained_) make_trained(whole);
    std::int64_t first = 0;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const std::int64_t count = rows[part].size(0);
      parts[part]->value = whole.value.narrow(0, first, count);
      if (trained_) parts[part]->gradient = whole.gradient.narrow(0, first, count);
      first += count;
    }
    return whole;
  }

 private:
  const files::TensorMap& tensors_;
  bool trained_;
};

EncoderLayer make_layer(const Source& source, const files::FamilyNames& names, const std::string& path) {
  EncoderLayer layer;
  const std::string query = path + names.query, key = path + names.key, value = path + names.value;
  layer.query.path = query;
  layer.key.path = key;
  layer.value.path = value;
  layer.qkv_weight = source.joined({query + ".weight", key + ".weight", value + ".weight"},
                                   {&layer.query.weight, &layer.key.weight, &layer.value.weight});
  layer.qkv_bias = source.joined({query + ".bias", key + ".bias", value + ".bias"},
                                 {&layer.query.bias, &layer.key.bias, &layer.value.bias});
  layer.attention_output = source.dense(path + names.attention_output);
  layer.attention_norm = source.norm(path + names.attention_norm);
  layer.intermediate = source.dense(path + names.intermediate);
  layer.output = source.dense(path + names.output);
  layer.output_norm = source.norm(path + names.output_norm);
  return layer;
}

}  // namespace

void make_trained(Weight& weight) {
  weight.gradient = zeros_on_demand(weight.value);
}

bool LowRank::is_trained() const {
  return a.is_trained() || b.is_trained() || b_bias.is_trained() || magnitude.is_trained();
}

bool Dense::is_trained() const {
  if (weight.is_trained() || bias.is_trained()) return true;
  for (const LowRank& adapter : adapters)
    if (adapter.is_trained()) return true;
  return false;
}

bool EncoderLayer::is_trained() const {
  for (const Dense* dense : {&query, &key, &value, &attention_output, &intermediate, &output})
    if (dense->is_trained()) return true;
  return attention_norm.is_trained() || output_norm.is_trained();
}

bool Encoder::embeddings_are_trained() const {
  if (embedding_norm.is_trained()) return true;
  for (const Embedding* table : {&word, &position, &type}) {
    if (table->weight.is_trained()) return true;
    for (const LowRank& adapter : table->adapters)
      if (adapter.is_trained()) return true;
  }
  return false;
}

void Encoder::for_each_dense(const std::function<void(Dense&)>& call) {
  for (EncoderLayer& layer : layers)
    for (Dense* dense :
         {&layer.query, &layer.key, &layer.value, &layer.attention_output, &layer.intermediate, &layer.output})
      call(*dense);
  if (pooler) call(*pooler);
}

void Encoder::for_each_norm(const std::function<void(Norm&)>& call) {
  call(embedding_norm);
  for (EncoderLayer& layer : layers) {
    call(layer.attention_norm);
    call(layer.output_norm);
  }
}

void Encoder::for_each_embedding(const std::function<void(Embedding&)>& call) {
  for (Embedding* table : {&word, &position, &type})
    if (table->weight.value.defined()) call(*table);
}

void Encoder::for_each_weight(const std::function<void(const std::string& name, Weight&)>& call) {
  const auto both = [&call](auto& module) {
    call(module.path + ".weight", module.weight);
    call(module.path + ".bias", module.bias);
  };
  for_each_embedding([&call](Embedding& table) { call(table.path + ".weight", table.weight); });
  both(embedding_norm);
  for (EncoderLayer& layer : layers) {
    for (Dense* dense : {&layer.query, &layer.key, &layer.value, &layer.attention_output}) both(*dense);
    both(layer.attention_norm);
    both(layer.intermediate);
    both(layer.output);
    both(layer.output_norm);
  }
  if (pooler) both(*pooler);
}

Encoder make_encoder(const files::ModelConfig& config, const files::TensorMap& tensors, bool with_pooler,
                     bool trained) {
  const Source source(tensors, trained);
  const files::FamilyNames& names = files::family_names(config.family);
  const std::string embeddings = names.prefix + "embeddings.";
  Encoder encoder;
  encoder.config = config;
  encoder.word = source.embedding(embeddings + "word_embeddings");
  encoder.position = config.frozen_positions
                         ? Source(tensors, false).embedding(embeddings + "position_embeddings")
                         : source.embedding(embeddings + "position_embeddings");
  if (config.type_vocab_size > 0) encoder.type = source.embedding(embeddings + "token_type_embeddings");
  encoder.embedding_norm = source.norm(embeddings + "LayerNorm");
  for (std::int64_t number = 0; number < config.num_layers; ++number)
    encoder.layers.push_back(make_layer(source, names, names.layers + std::to_string(number) + "."));
  if (with_pooler) encoder.pooler = source.dense(names.pooler);
  return encoder;
}

}  // namespace lorascope::nn
