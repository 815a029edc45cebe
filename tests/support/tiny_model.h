#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/files/adapter_config.h"
#include "core/files/model_config.h"
#include "core/files/tensor_archive.h"

namespace lorascope::test {

/// A config of a few thousand parameters: V 40, H 8, 2 layers, 2 heads, feed-forward 12, 32 positions.
files::ModelConfig tiny_config(std::int64_t num_layers = 2);
/// The same sizes of the other family.
files::ModelConfig tiny_distilbert_config(std::int64_t num_layers = 2);

/// Random tensors of that config's encoder under the task model's names, LayerNorms near one; with `num_labels` above 0
/// also "classifier.weight" and "classifier.bias".
files::TensorMap tiny_tensors(const files::ModelConfig& config, std::uint64_t seed, std::int64_t num_labels,
                              bool with_pooler = false);

/// A model folder of both, with a vocab.txt of V lines: [PAD] [UNK] [CLS] [SEP] [MASK], then letters and "##" letters.
void write_tiny_model(const std::filesystem::path& folder, std::uint64_t seed = 1, std::int64_t num_labels = 13);

/// The same with H 64 and 64 positions that hardly count, a first layer that changes little and a last one that gives
/// every token the same state.
void write_forgetful_model(const std::filesystem::path& folder);

/// Factors of both kinds, neither zero, for every module that `adapter` targets in `config`'s encoder, under PEFT's
/// names; with `num_labels` above 0 also the head.
files::TensorMap tiny_adapter_tensors(const files::ModelConfig& config, const files::AdapterConfig& adapter,
                                      std::uint64_t seed, std::int64_t num_labels);

/// An adapter folder on that model: rank 3, alpha 6, query and value, with its head.
void write_tiny_adapter(const std::filesystem::path& folder, std::uint64_t seed = 2, std::int64_t num_labels = 13);

}  // namespace lorascope::test
