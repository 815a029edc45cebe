#include "core/files/model_config.h"

#include <array>
#include <map>
#include <utility>

#include "core/files/checked_json.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kMaxLabels = 100'000;

constexpr std::array<std::pair<const char*, Activation>, 8> kActivations = {{
    {"gelu", Activation::Gelu},
    {"gelu_python", Activation::Gelu},
    {"gelu_new", Activation::GeluTanh},
    {"gelu_fast", Activation::GeluTanh},
    {"gelu_pytorch_tanh", Activation::GeluTanh},
    {"relu", Activation::Relu},
    {"silu", Activation::Silu},
    {"swish", Activation::Silu},
}};

Activation read_activation(FieldReader& fields) {
  const auto text = fields.text("hidden_act");
  if (!text) return Activation::Gelu;
  for (const auto& [name, activation] : kActivations) {
    if (*text == name) return activation;
  }
  fields.note("hidden_act", *text, "gelu, gelu_new, gelu_pytorch_tanh, relu or silu");
  return Activation::Gelu;
}

/// id2label has its ids as text keys ("0", "1", …) in any order.
std::vector<std::string> read_labels(FieldReader& fields) {
  const OrderedJson* value = fields.find("id2label");
  if (value == nullptr) return {};
  if (!value->is_object() || static_cast<std::int64_t>(value->size()) > kMaxLabels) {
    fields.note("id2label", *value, "an object from id to label");
    return {};
  }
  std::vector<std::string> labels(value->size());
  for (std::size_t id = 0; id < labels.size(); ++id) {
    const auto found = value->find(std::to_string(id));
    if (found == value->end() || !found->is_string()) {
      fields.note("id2label", found == value->end() ? OrderedJson() : *found,
                  "a text under \"" + std::to_string(id) + "\": ids from 0 without a gap");
      return {};
    }
    labels[id] = found->get<std::string>();
  }
  return labels;
}

void refuse_other_architectures(FieldReader& fields) {
  if (const auto kind = fields.text("position_embedding_type"); kind && *kind != "absolute") {
    fields.note("position_embedding_type", *kind, "\"absolute\"", "relative positions are another architecture");
  }
  for (const char* key : {"is_decoder", "add_cross_attention"}) {
    if (fields.boolean(key, false)) fields.note(key, true, "false", "only encoders can be read");
  }
  if (const OrderedJson* value = fields.find("quantization_config")) {
    fields.note("quantization_config", *value, "no such key", "use the checkpoint that is not quantised");
  }
}

void read_sizes(FieldReader& fields, ModelConfig& config) {
  config.vocab_size = fields.integer("vocab_size", 1, 1 << 24);
  config.hidden_size = fields.integer("hidden_size", 1, 1 << 16);
  config.num_layers = fields.integer("num_hidden_layers", 1, 1 << 10);
  config.num_heads = fields.integer("num_attention_heads", 1, 1 << 12);
  config.intermediate_size = fields.integer("intermediate_size", 1, 1 << 20);
  config.max_positions = fields.integer("max_position_embeddings", 1, 1 << 20);
  config.type_vocab_size = fields.integer("type_vocab_size", 1, 1 << 10, 2);
  config.pad_token_id = fields.integer("pad_token_id", 0, config.vocab_size - 1, 0);
  if (config.hidden_size % config.num_heads != 0) {
    fields.note("num_attention_heads", config.num_heads,
                "a number that divides hidden_size " + std::to_string(config.hidden_size));
  }
}

void read_rates(FieldReader& fields, ModelConfig& config) {
  config.layer_norm_eps = fields.number("layer_norm_eps", 0, 1, 1e-12);
  config.initializer_range = fields.number("initializer_range", 0, 100, 0.02);
  config.hidden_dropout = fields.number("hidden_dropout_prob", 0, 1, 0.1);
  config.attention_dropout = fields.number("attention_probs_dropout_prob", 0, 1, 0.1);
  if (fields.find("classifier_dropout") != nullptr) {
    config.classifier_dropout = fields.number("classifier_dropout", 0, 1, 0);
  }
}

std::string folder_hint() {
  return "a model folder holds config.json, model.safetensors and vocab.txt or tokenizer.json";
}

}  // namespace

std::string family_name(Family family) {
  switch (family) {
    case Family::Bert:
      return "bert";
  }
  return "";
}

ModelConfig read_model_config(const fs::path& file) {
  return parse_model_config(read_checkpoint_text(file, folder_hint()), file.string());
}

ModelConfig parse_model_config(const std::string& text, const std::string& where) {
  const OrderedJson root = parse_checked(text, where);
  const std::string message = "cannot use the model config " + where;
  if (!root.is_object()) throw CheckpointError(message, Problem{where, described(root), "an object", folder_hint()});
  ProblemList problems;
  FieldReader fields(root, where, problems);
  if (const auto type = fields.text("model_type"); type && *type != "bert") {
    fields.note("model_type", *type, "\"bert\"", "encoders of the BERT family can be read");
  }
  problems.throw_if_any(message);

  ModelConfig config;
  config.raw_json = text;
  read_sizes(fields, config);
  read_rates(fields, config);
  config.activation = read_activation(fields);
  config.architectures = fields.texts("architectures");
  config.labels = read_labels(fields);
  refuse_other_architectures(fields);
  problems.throw_if_any(message);
  return config;
}

std::vector<EncoderTensor> encoder_tensors(const ModelConfig& config, bool with_pooler) {
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t wide = config.intermediate_size;
  std::vector<EncoderTensor> tensors = {
      {"bert.embeddings.word_embeddings.weight", {config.vocab_size, hidden}},
      {"bert.embeddings.position_embeddings.weight", {config.max_positions, hidden}},
      {"bert.embeddings.token_type_embeddings.weight", {config.type_vocab_size, hidden}},
  };
  const auto add_norm = [&](const std::string& path) {
    tensors.push_back({path + ".weight", {hidden}});
    tensors.push_back({path + ".bias", {hidden}});
  };
  const auto add_linear = [&](const std::string& path, std::int64_t out, std::int64_t in) {
    tensors.push_back({path + ".weight", {out, in}});
    tensors.push_back({path + ".bias", {out}});
  };
  add_norm("bert.embeddings.LayerNorm");
  for (std::int64_t layer = 0; layer < config.num_layers; ++layer) {
    const std::string path = "bert.encoder.layer." + std::to_string(layer) + ".";
    for (const char* name : {"query", "key", "value"}) add_linear(path + "attention.self." + name, hidden, hidden);
    add_linear(path + "attention.output.dense", hidden, hidden);
    add_norm(path + "attention.output.LayerNorm");
    add_linear(path + "intermediate.dense", wide, hidden);
    add_linear(path + "output.dense", hidden, wide);
    add_norm(path + "output.LayerNorm");
  }
  if (with_pooler) add_linear("bert.pooler.dense", hidden, hidden);
  return tensors;
}

}  // namespace lorascope::files
