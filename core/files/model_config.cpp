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

Activation read_activation(FieldReader& fields, const char* key) {
  const auto text = fields.text(key);
  if (!text) return Activation::Gelu;
  for (const auto& [name, activation] : kActivations) {
    if (*text == name) return activation;
  }
  fields.note(key, *text, "gelu, gelu_new, gelu_pytorch_tanh, relu or silu");
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

/// The keys of config.json that families name differently.
struct Keys {
  const char *hidden_size, *num_layers, *num_heads, *intermediate_size, *activation, *hidden_dropout,
      *attention_dropout;
};
constexpr Keys kBertKeys = {"hidden_size", "num_hidden_layers",   "num_attention_heads",         "intermediate_size",
                            "hidden_act",  "hidden_dropout_prob", "attention_probs_dropout_prob"};
constexpr Keys kDistilBertKeys = {"dim",        "n_layers", "n_heads",          "hidden_dim",
                                  "activation", "dropout",  "attention_dropout"};

void read_sizes(FieldReader& fields, const Keys& keys, ModelConfig& config) {
  config.vocab_size = fields.integer("vocab_size", 1, 1 << 24);
  config.hidden_size = fields.integer(keys.hidden_size, 1, 1 << 16);
  config.num_layers = fields.integer(keys.num_layers, 1, 1 << 10);
  config.num_heads = fields.integer(keys.num_heads, 1, 1 << 12);
  config.intermediate_size = fields.integer(keys.intermediate_size, 1, 1 << 20);
  config.pad_token_id = fields.integer("pad_token_id", 0, config.vocab_size - 1, 0);
  if (config.hidden_size % config.num_heads != 0) {
    fields.note(keys.num_heads, config.num_heads,
                "a number that divides " + std::string(keys.hidden_size) + " " + std::to_string(config.hidden_size));
  }
}

void read_rates(FieldReader& fields, const Keys& keys, ModelConfig& config) {
  config.initializer_range = fields.number("initializer_range", 0, 100, 0.02);
  config.hidden_dropout = fields.number(keys.hidden_dropout, 0, 1, 0.1);
  config.attention_dropout = fields.number(keys.attention_dropout, 0, 1, 0.1);
}

void read_bert(FieldReader& fields, ModelConfig& config) {
  config.max_positions = fields.integer("max_position_embeddings", 1, 1 << 20);
  config.type_vocab_size = fields.integer("type_vocab_size", 1, 1 << 10, 2);
  config.layer_norm_eps = fields.number("layer_norm_eps", 0, 1, 1e-12);
  if (fields.find("classifier_dropout") != nullptr) {
    config.classifier_dropout = fields.number("classifier_dropout", 0, 1, 0);
  }
}

void read_distilbert(FieldReader& fields, ModelConfig& config) {
  config.max_positions = fields.integer("max_position_embeddings", 1, 1 << 20, 512);
  config.type_vocab_size = 0;
  config.layer_norm_eps = 1e-12;
  config.span_dropout = fields.number("qa_dropout", 0, 1, 0.1);
  config.choice_dropout = fields.number("seq_classif_dropout", 0, 1, 0.2);
  config.frozen_positions = fields.boolean("sinusoidal_pos_embds", false);
}

std::string folder_hint() {
  return "a model folder holds config.json, model.safetensors and vocab.txt or tokenizer.json";
}

}  // namespace

std::string family_name(Family family) {
  switch (family) {
    case Family::Bert:
      return "bert";
    case Family::DistilBert:
      return "distilbert";
  }
  return "";
}

const FamilyNames& family_names(Family family) {
  static const FamilyNames bert{"bert.",
                                "bert.encoder.layer.",
                                "attention.self.query",
                                "attention.self.key",
                                "attention.self.value",
                                "attention.output.dense",
                                "attention.output.LayerNorm",
                                "intermediate.dense",
                                "output.dense",
                                "output.LayerNorm",
                                "bert.pooler.dense",
                                {"query", "value"}};
  static const FamilyNames distilbert{"distilbert.",
                                      "distilbert.transformer.layer.",
                                      "attention.q_lin",
                                      "attention.k_lin",
                                      "attention.v_lin",
                                      "attention.out_lin",
                                      "sa_layer_norm",
                                      "ffn.lin1",
                                      "ffn.lin2",
                                      "output_layer_norm",
                                      "pre_classifier",
                                      {"q_lin", "v_lin"}};
  return family == Family::Bert ? bert : distilbert;
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
  const std::string type = fields.text("model_type").value_or("bert");
  if (type != "bert" && type != "distilbert") {
    fields.note("model_type", type, "\"bert\" or \"distilbert\"", "encoders of the BERT family can be read");
  }
  problems.throw_if_any(message);

  ModelConfig config;
  config.raw_json = text;
  config.family = type == "bert" ? Family::Bert : Family::DistilBert;
  const Keys& keys = config.family == Family::Bert ? kBertKeys : kDistilBertKeys;
  read_sizes(fields, keys, config);
  read_rates(fields, keys, config);
  config.family == Family::Bert ? read_bert(fields, config) : read_distilbert(fields, config);
  config.activation = read_activation(fields, keys.activation);
  config.architectures = fields.texts("architectures");
  config.labels = read_labels(fields);
  refuse_other_architectures(fields);
  problems.throw_if_any(message);
  return config;
}

std::vector<EncoderTensor> encoder_tensors(const ModelConfig& config, bool with_pooler) {
  const FamilyNames& names = family_names(config.family);
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t wide = config.intermediate_size;
  const std::string embeddings = names.prefix + "embeddings.";
  std::vector<EncoderTensor> tensors = {
      {embeddings + "word_embeddings.weight", {config.vocab_size, hidden}},
      {embeddings + "position_embeddings.weight", {config.max_positions, hidden}},
  };
  if (config.type_vocab_size > 0)
    tensors.push_back({embeddings + "token_type_embeddings.weight", {config.type_vocab_size, hidden}});
  const auto add_norm = [&](const std::string& path) {
    tensors.push_back({path + ".weight", {hidden}});
    tensors.push_back({path + ".bias", {hidden}});
  };
  const auto add_linear = [&](const std::string& path, std::int64_t out, std::int64_t in) {
    tensors.push_back({path + ".weight", {out, in}});
    tensors.push_back({path + ".bias", {out}});
  };
  add_norm(embeddings + "LayerNorm");
  for (std::int64_t layer = 0; layer < config.num_layers; ++layer) {
    const std::string path = names.layers + std::to_string(layer) + ".";
    for (const std::string& name : {names.query, names.key, names.value, names.attention_output})
      add_linear(path + name, hidden, hidden);
    add_norm(path + names.attention_norm);
    add_linear(path + names.intermediate, wide, hidden);
    add_linear(path + names.output, hidden, wide);
    add_norm(path + names.output_norm);
  }
  if (with_pooler) add_linear(names.pooler, hidden, hidden);
  return tensors;
}

}  // namespace lorascope::files
