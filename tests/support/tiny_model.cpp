#include "tests/support/tiny_model.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "core/base/files.h"
#include "core/files/adapter_folder.h"
#include "core/files/model_folder.h"

namespace lorascope::test {
namespace {

std::string tiny_vocabulary(std::int64_t size) {
  std::string text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  for (std::int64_t id = 5; id < size; ++id) {
    const std::int64_t index = id - 5;
    const std::string letter(1, static_cast<char>('a' + index / 2 % 26));
    text += (index % 2 == 0 ? letter : "##" + letter) + "\n";
  }
  return text;
}

at::Tensor random(const std::vector<std::int64_t>& shape, double deviation, at::Generator& generator) {
  return at::randn(shape, generator, at::kFloat) * deviation;
}

}  // namespace

files::ModelConfig tiny_config(std::int64_t num_layers) {
  files::ModelConfig config;
  config.vocab_size = 40;
  config.hidden_size = 8;
  config.num_layers = num_layers;
  config.num_heads = 2;
  config.intermediate_size = 12;
  config.max_positions = 32;
  return config;
}

files::ModelConfig tiny_distilbert_config(std::int64_t num_layers) {
  files::ModelConfig config = tiny_config(num_layers);
  config.family = files::Family::DistilBert;
  config.type_vocab_size = 0;
  config.span_dropout = 0.1;
  config.choice_dropout = 0.2;
  return config;
}

files::TensorMap tiny_tensors(const files::ModelConfig& config, std::uint64_t seed, std::int64_t num_labels,
                              bool with_pooler) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  files::TensorMap tensors;
  for (const files::EncoderTensor& tensor : files::encoder_tensors(config, with_pooler)) {
    tensors[tensor.name] = random(tensor.shape, 0.3, generator);
    for (const char* norm : {"LayerNorm.weight", "layer_norm.weight"})
      if (tensor.name.find(norm) != std::string::npos) tensors[tensor.name] += 1;
  }
  if (num_labels > 0) {
    tensors["classifier.weight"] = random({num_labels, config.hidden_size}, 0.3, generator);
    tensors["classifier.bias"] = random({num_labels}, 0.3, generator);
  }
  return tensors;
}

void write_tiny_model(const std::filesystem::path& folder, std::uint64_t seed, std::int64_t num_labels) {
  const files::ModelConfig config = tiny_config();
  files::write_model_folder(folder, config, tiny_tensors(config, seed, num_labels),
                            {"BertForTokenClassification", {}, {}});
  write_file_atomically(folder / "vocab.txt", tiny_vocabulary(config.vocab_size));
}

void write_forgetful_model(const std::filesystem::path& folder) {
  files::ModelConfig config = tiny_config();
  config.hidden_size = config.intermediate_size = config.max_positions = 64;
  files::TensorMap tensors = tiny_tensors(config, 5, 0);
  tensors.at("bert.embeddings.position_embeddings.weight").mul_(0.1);
  for (auto& [name, tensor] : tensors)
    if (name.starts_with("bert.encoder.layer.0.") && tensor.dim() == 2) tensor.mul_(0.2);
  tensors.at("bert.encoder.layer.1.output.LayerNorm.weight").zero_();
  files::write_model_folder(folder, config, tensors, {"BertForTokenClassification", {}, {}});
  write_file_atomically(folder / "vocab.txt", tiny_vocabulary(config.vocab_size));
}

files::TensorMap tiny_adapter_tensors(const files::ModelConfig& config, const files::AdapterConfig& adapter,
                                      std::uint64_t seed, std::int64_t num_labels) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  files::TensorMap tensors;
  for (const files::EncoderTensor& tensor : files::encoder_tensors(config, false)) {
    if (tensor.shape.size() != 2) continue;
    const std::string path = tensor.name.substr(0, tensor.name.size() - std::string(".weight").size());
    if (!adapter.targets(path)) continue;
    const std::int64_t rank = adapter.rank_of(path);
    tensors["base_model.model." + path + ".lora_A.weight"] = random({rank, tensor.shape[1]}, 0.3, generator);
    tensors["base_model.model." + path + ".lora_B.weight"] = random({tensor.shape[0], rank}, 0.3, generator);
  }
  if (num_labels > 0) {
    tensors["base_model.model.classifier.weight"] = random({num_labels, config.hidden_size}, 0.3, generator);
    tensors["base_model.model.classifier.bias"] = random({num_labels}, 0.3, generator);
  }
  return tensors;
}

void write_tiny_adapter(const std::filesystem::path& folder, std::uint64_t seed, std::int64_t num_labels) {
  files::AdapterConfig adapter;
  adapter.task_type = "TOKEN_CLS";
  adapter.rank = 3;
  adapter.alpha = 6;
  adapter.target_modules.names = {"query", "value"};
  adapter.modules_to_save = {"classifier", "score"};
  files::write_adapter_folder(folder, adapter, tiny_adapter_tensors(tiny_config(), adapter, seed, num_labels));
}

}  // namespace lorascope::test
