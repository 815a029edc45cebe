#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/files/safetensors.h"
#include "core/files/written_folder.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTokenizerFiles[] = {"vocab.txt", "tokenizer.json", "tokenizer_config.json",
                                           "special_tokens_map.json", "added_tokens.json"};

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::Gelu:
      return "gelu";
    case Activation::GeluTanh:
      return "gelu_new";
    case Activation::Relu:
      return "relu";
    case Activation::Silu:
      return "silu";
  }
  return "";
}

/// Ids in the order of numbers: transformers keeps the order of the file.
void put_labels(OrderedJson& root, const std::vector<std::string>& labels) {
  if (labels.empty()) return;
  root["id2label"] = OrderedJson::object();
  root["label2id"] = OrderedJson::object();
  for (std::size_t id = 0; id < labels.size(); ++id) {
    root["id2label"][std::to_string(id)] = labels[id];
    root["label2id"][labels[id]] = id;
  }
  root.erase("num_labels");
}

void put_bert(OrderedJson& root, const ModelConfig& config) {
  root["hidden_size"] = config.hidden_size;
  root["num_hidden_layers"] = config.num_layers;
  root["num_attention_heads"] = config.num_heads;
  root["intermediate_size"] = config.intermediate_size;
  root["type_vocab_size"] = config.type_vocab_size;
  if (!root.contains("hidden_act")) root["hidden_act"] = activation_name(config.activation);
  root["layer_norm_eps"] = config.layer_norm_eps;
  root["hidden_dropout_prob"] = config.hidden_dropout;
  root["attention_probs_dropout_prob"] = config.attention_dropout;
  root["classifier_dropout"] = config.classifier_dropout ? OrderedJson(*config.classifier_dropout) : OrderedJson();
}

void put_distilbert(OrderedJson& root, const ModelConfig& config) {
  root["dim"] = config.hidden_size;
  root["n_layers"] = config.num_layers;
  root["n_heads"] = config.num_heads;
  root["hidden_dim"] = config.intermediate_size;
  if (!root.contains("activation")) root["activation"] = activation_name(config.activation);
  root["dropout"] = config.hidden_dropout;
  root["attention_dropout"] = config.attention_dropout;
  root["qa_dropout"] = config.span_dropout;
  root["seq_classif_dropout"] = config.choice_dropout;
  root["sinusoidal_pos_embds"] = config.frozen_positions;
}

std::string config_text(const ModelConfig& config, const ModelExport& options) {
  OrderedJson root = config.raw_json.empty() ? OrderedJson::object() : OrderedJson::parse(config.raw_json);
  root["model_type"] = family_name(config.family);
  root["vocab_size"] = config.vocab_size;
  config.family == Family::Bert ? put_bert(root, config) : put_distilbert(root, config);
  root["max_position_embeddings"] = config.max_positions;
  root["pad_token_id"] = config.pad_token_id;
  root["initializer_range"] = config.initializer_range;
  root["architectures"] = options.architecture.empty() ? config.architectures : std::vector{options.architecture};
  root["torch_dtype"] = "float32";
  root.erase("dtype");
  put_labels(root, options.labels.empty() ? config.labels : options.labels);
  return root.dump(2) + "\n";
}

void write_content(const fs::path& folder, const ModelConfig& config, const TensorMap& tensors,
                   const ModelExport& options) {
  write_safetensors(folder / "model.safetensors", tensors);
  for (const char* name : kTokenizerFiles) {
    const fs::path source = options.tokenizer_from / name;
    if (!options.tokenizer_from.empty() && fs::is_regular_file(source)) {
      write_file_atomically(folder / name, read_file(source));
    }
  }
  write_file_atomically(folder / "config.json", config_text(config, options));
}

}  // namespace

void write_model_folder(const fs::path& folder, const ModelConfig& config, const TensorMap& tensors,
                        const ModelExport& options) {
  write_folder(folder, [&](const fs::path& target) { write_content(target, config, tensors, options); });
}

}  // namespace lorascope::files
