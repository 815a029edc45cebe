#include "app/lorascope/engine/model_shapes.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/json.h"

namespace lorascope::app::engine {
namespace {

struct Shape {
  std::string name;
  std::int64_t layers, hidden, heads, intermediate;
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {{"minilm6", 6, 384, 12, 1536},
                                         {"distilbert", 6, 768, 12, 3072},
                                         {"bert-base", 12, 768, 12, 3072},
                                         {"bert-large", 24, 1024, 16, 4096}};
  return all;
}

files::ModelConfig config_of(const Shape& shape, std::int64_t vocab_size) {
  const Json bert = {{"model_type", "bert"},
                     {"hidden_size", shape.hidden},
                     {"num_hidden_layers", shape.layers},
                     {"num_attention_heads", shape.heads},
                     {"intermediate_size", shape.intermediate},
                     {"hidden_act", "gelu"},
                     {"type_vocab_size", 2}};
  const Json distilbert = {{"model_type", "distilbert"}, {"dim", shape.hidden},
                           {"n_layers", shape.layers},   {"n_heads", shape.heads},
                           {"hidden_dim", shape.intermediate}, {"activation", "gelu"}};
  Json json = shape.name == "distilbert" ? distilbert : bert;
  json["vocab_size"] = vocab_size;
  json["max_position_embeddings"] = 512;
  return files::parse_model_config(json.dump(), "the shape " + shape.name);
}

}  // namespace

const std::vector<std::string>& known_shapes() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Shape& shape : shapes()) result.push_back(shape.name);
    return result;
  }();
  return names;
}

files::ModelConfig shape_config(const std::string& name, std::int64_t vocab_size) {
  const auto shape = std::find_if(shapes().begin(), shapes().end(), [&](const Shape& one) { return one.name == name; });
  if (shape == shapes().end()) {
    throw UsageError("--shape: found \"" + name + "\"", "use minilm6, distilbert, bert-base or bert-large");
  }
  return config_of(*shape, vocab_size);
}

files::ModelFolder random_model(const std::string& name, std::int64_t vocab_size, std::uint64_t seed) {
  files::ModelFolder model;
  model.folder = name;
  model.config = shape_config(name, vocab_size);
  const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  for (const files::EncoderTensor& tensor : files::encoder_tensors(model.config, name != "distilbert")) {
    at::Tensor value = at::zeros(tensor.shape, at::kFloat);
    const bool is_norm = tensor.name.find("LayerNorm.weight") != std::string::npos ||
                         tensor.name.find("layer_norm.weight") != std::string::npos;
    if (is_norm) value.fill_(1.0);
    if (tensor.shape.size() > 1) value.normal_(0.0, 0.02, generator);
    model.tensors[tensor.name] = value;
  }
  return model;
}

}  // namespace lorascope::app::engine
