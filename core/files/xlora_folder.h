#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/files/adapter_folder.h"
#include "core/files/tensor_archive.h"
#include "core/files/xlora_config.h"

namespace lorascope::files {

/// One linear layer of a gate, fp32, under its names in the file.
struct GateLayer {
  std::string weight_name;
  std::string bias_name;  ///< empty without a bias
  at::Tensor weight;      ///< [out,in]
  at::Tensor bias;        ///< [out]
};

/// An X-LoRA folder in memory: the gate's layers in order, and the adapters in the order of the axis N.
struct XloraFolder {
  std::filesystem::path folder;
  XloraConfig config;
  std::vector<GateLayer> gate;
  std::vector<AdapterFolder> adapters;
  TensorMap head;                     ///< "classifier.weight", …: head.safetensors, which only we write; may be empty
  std::vector<std::string> warnings;  ///< what was put right or left out while reading
};

/// Whether `folder` holds an X-LoRA mixture and not a single adapter: decided by its configuration file alone.
bool is_xlora_folder(const std::filesystem::path& folder);

/// Reads a folder of either format. Adapters come from `adapters` where any are given, else from the recorded paths
/// (relative to the folder, its parent, the working directory), else from sub-folders of their names. What the
/// originals leave in adapter files beside LoRA pairs and heads is not used. Throws CheckpointError with every
/// problem: a layer of the gate missing or of the wrong shape, another number of adapters, no adapters, DoRA.
XloraFolder read_xlora_folder(const std::filesystem::path& folder,
                              const std::vector<std::filesystem::path>& adapters = {});

/// What a new gate's tensors are called in a file of this format: layer 0 to depth - 1.
GateLayer gate_layer_names(const XloraConfig& config, std::int64_t layer);

/// The same mixture as the other format has it: tensor names, adapter names and paths. PEFT wants the names "0", "1",
/// …; the package gets the names of the adapters' folders. Throws Error where PEFT has no such gate (no ReLU, no bias).
XloraFolder converted(XloraFolder mixture, XloraFormat format);

/// Writes configuration, gate and adapters. Package: adapters in sub-folders of their names. PEFT: where the recorded
/// paths say, or in "adapters/NAME" where those leave the folder.
void write_xlora_folder(const std::filesystem::path& folder, const XloraFolder& mixture);

}  // namespace lorascope::files
