#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/files/adapter_config.h"
#include "core/files/tensor_archive.h"

namespace lorascope::files {

/// One adapted module of an adapter file. ΔW = scaling · B A, [out, in].
struct LoraModule {
  std::string path;  ///< "bert.encoder.layer.0.attention.self.query": the name in the file without "base_model.model."
  std::string a_name;  ///< names in the file
  std::string b_name;
  at::Tensor a;          ///< [R, in], fp32
  at::Tensor b;          ///< [out, R]
  at::Tensor magnitude;  ///< DoRA's [out]; undefined without
  at::Tensor b_bias;     ///< [out] with lora_bias; undefined without
  double scaling = 1;
  bool is_embedding = false;  ///< A and B of an embedding: [R, V] and [H, R]
};

/// A PEFT adapter folder of any architecture in memory.
struct AdapterFolder {
  std::filesystem::path folder;
  AdapterConfig config;
  TensorMap tensors;  ///< fp32 (whole numbers int64), under their names in the file

  /// The LoRA modules in the order of their layers. Throws CheckpointError (half a pair, shapes that do not fit each
  /// other or the rank that the config states).
  std::vector<LoraModule> modules() const;
  /// Names of the tensors that belong to no LoRA module: heads, biases, other saved modules.
  std::vector<std::string> other_names() const;
};

/// Reads adapter_config.json and adapter_model.safetensors (or .bin), and checks that the tensors are LoRA's and fit
/// the config. Throws CheckpointError with every problem at once.
AdapterFolder read_adapter_folder(const std::filesystem::path& folder);

/// Writes a folder that PEFT opens: the config as adapter_config_text gives it, adapter_model.safetensors with
/// `tensors` under the names they have in the map.
void write_adapter_folder(const std::filesystem::path& folder, const AdapterConfig& config, const TensorMap& tensors);

}  // namespace lorascope::files
