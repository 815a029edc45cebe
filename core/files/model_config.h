#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lorascope::files {

/// The model families whose folders can be read.
enum class Family { Bert, DistilBert };

/// "bert" or "distilbert", as `model_type` says it.
std::string family_name(Family family);

/// What a family's checkpoints call the modules of a task model.
struct FamilyNames {
  std::string prefix;  ///< "bert.", in front of every name of the encoder; bare models leave it out
  std::string layers;  ///< "bert.encoder.layer.", followed by a layer's number, "." and one of the next eight
  std::string query, key, value, attention_output, attention_norm, intermediate, output, output_norm;
  std::string pooler;  ///< whole path of the layer between first token and choices
  std::vector<std::string> lora_targets;  ///< what LoRA adapts where nothing else is said ([LoRA] §4.2)
};
const FamilyNames& family_names(Family family);

/// The feed-forward layer's function: gelu in its erf form, gelu in its tanh form, max(0, x), x·sigmoid(x).
enum class Activation { Gelu, GeluTanh, Relu, Silu };

/// What a Hugging Face model folder's config.json says, with that library's defaults for what it leaves out.
struct ModelConfig {
  Family family = Family::Bert;
  std::int64_t vocab_size = 0;   ///< V, rows of the word embedding
  std::int64_t hidden_size = 0;  ///< H
  std::int64_t num_layers = 0;
  std::int64_t num_heads = 0;          ///< A, divides H
  std::int64_t intermediate_size = 0;  ///< width of the feed-forward layer
  std::int64_t max_positions = 0;      ///< longest sequence, special tokens included
  std::int64_t type_vocab_size = 2;    ///< kinds of segment ids; 0: the family has none
  std::int64_t pad_token_id = 0;
  Activation activation = Activation::Gelu;
  double layer_norm_eps = 1e-12;
  double initializer_range = 0.02;  ///< standard deviation of a new head's weights
  double hidden_dropout = 0.1;      ///< after the embeddings, the attention's output and the feed-forward layer
  double attention_dropout = 0.1;   ///< on attention probabilities
  std::optional<double> classifier_dropout;  ///< before the head; hidden_dropout where it is absent
  double span_dropout = 0;                   ///< DistilBERT's qa_dropout
  double choice_dropout = 0;                 ///< DistilBERT's seq_classif_dropout
  bool frozen_positions = false;             ///< DistilBERT's sinusoidal_pos_embds: the table is never trained
  std::vector<std::string> architectures;
  std::vector<std::string> labels;  ///< id2label in the order of the ids; empty where the file names none
  std::string raw_json;             ///< the file's text, so that nothing is lost when it is written again

  std::int64_t head_size() const { return hidden_size / num_heads; }
  double head_dropout() const { return classifier_dropout.value_or(hidden_dropout); }
};

/// Reads and checks `file`; a file without model_type is BERT's (Google's own configs have none).
/// Throws CheckpointError with every problem at once: another family, relative positions, an unknown activation, a key
/// that is missing, of the wrong type or of an impossible size.
ModelConfig read_model_config(const std::filesystem::path& file);

/// The same from the text of a config.json; `where` names it in messages.
ModelConfig parse_model_config(const std::string& text, const std::string& where);

/// Every tensor of the encoder with its shape, named as in a task model
/// ("bert.encoder.layer.0.attention.self.query.weight").
struct EncoderTensor {
  std::string name;
  std::vector<std::int64_t> shape;
};
std::vector<EncoderTensor> encoder_tensors(const ModelConfig& config, bool with_pooler);

}  // namespace lorascope::files
