#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/files/adapter_folder.h"
#include "core/files/model_config.h"

namespace lorascope::files {

/// A tensor of an adapter file that takes a base model's tensor's place.
struct PlacedTensor {
  std::string file_name;
  at::Tensor value;
};

/// How an adapter's file fits a base model.
struct AdapterMatch {
  /// LoRA modules with `path` made the base model's own ("bert." put in front of headless names).
  std::vector<LoraModule> modules;
  /// The head's tensors under the task model's names: "classifier.weight", …
  std::map<std::string, PlacedTensor> head;
  /// Encoder tensors that the file brings whole, under the task model's names: biases (bias "all" and "lora_only"),
  /// other saved modules.
  std::map<std::string, PlacedTensor> replaced;
  std::vector<std::string> missing;  ///< modules that the config targets and the file lacks: they stay without effect
  std::vector<std::string> unexpected;  ///< names in the file that the base model has no place for
};

/// Places `adapter` on a base model whose task model has a pooler or not; stricter than PEFT, which ignores what does
/// not fit. Throws CheckpointError where a shape does not fit the model or not one module fits.
AdapterMatch match_adapter(const AdapterFolder& adapter, const ModelConfig& config, bool with_pooler);

}  // namespace lorascope::files
