#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/files/model_config.h"
#include "core/files/tensor_archive.h"

namespace lorascope::files {

/// How a checkpoint's tensors compare with what its config announces, as the originals report it.
struct LoadReport {
  /// Tensors of the layer between first token and choices, where the file has none: nothing else may be missing, and
  /// only the choice head needs them.
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;  ///< names in the file that the model does not know: not used
  std::vector<std::string> ignored;     ///< pre-training heads and buffers, left out on purpose
};

/// A Hugging Face model folder in memory.
struct ModelFolder {
  std::filesystem::path folder;
  ModelConfig config;
  /// fp32, under the task model's names whatever the file calls them: "bert.embeddings.word_embeddings.weight" [V,H],
  /// "bert.encoder.layer.0.attention.self.query.weight" [H,H], …, "bert.pooler.dense.weight" or DistilBERT's
  /// "pre_classifier.weight" where there is one, and a head's "classifier.weight" [C,H], "classifier.bias" [C], "qa_outputs.weight" [2,H], "qa_outputs.bias" [2].
  TensorMap tensors;
  LoadReport report;

  bool has_pooler() const { return tensors.count(family_names(config.family).pooler + ".weight") != 0; }
};

/// Reads config.json and model.safetensors (or the shards of model.safetensors.index.json). Names may carry the
/// family's prefix or not, all of them alike; LayerNorms may be called gamma and beta. Throws CheckpointError with
/// every problem at once: a tensor missing, of the wrong shape or not of floating point, a name twice, prefixes mixed,
/// a shard outside the folder.
ModelFolder load_model_folder(const std::filesystem::path& folder);

/// What a model folder holds, checked like load_model_folder does but without reading the tensors.
struct ModelDescription {
  ModelConfig config;
  std::map<std::string, TensorInfo> tensors;  ///< under the task model's names, with the types of the file
  LoadReport report;
  std::vector<std::filesystem::path> weight_files;
};
ModelDescription describe_model_folder(const std::filesystem::path& folder);

/// Finds the head's tensors in a file of their own ("classifier.weight", "classifier.bias", "pre_classifier.weight", …),
/// fp32.
TensorMap load_head_file(const std::filesystem::path& file);

/// How a written folder presents itself.
struct ModelExport {
  std::string architecture;              ///< "BertForTokenClassification"
  std::vector<std::string> labels;       ///< id2label in the order of the ids; empty: as the config has them
  std::filesystem::path tokenizer_from;  ///< folder whose tokenizer files are copied; may be empty
};

/// Writes a folder that Hugging Face's from_pretrained opens: config.json (the original's keys kept), model.safetensors
/// with `tensors` under their task-model names, tokenizer files. Files appear whole or not at all.
void write_model_folder(const std::filesystem::path& folder, const ModelConfig& config, const TensorMap& tensors,
                        const ModelExport& options);

}  // namespace lorascope::files
