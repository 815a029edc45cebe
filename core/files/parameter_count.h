#pragma once

#include <cstdint>
#include <vector>

#include "core/files/adapter_config.h"
#include "core/files/model_config.h"

namespace lorascope::files {

/// What a task puts on the encoder.
struct HeadShape {
  std::int64_t rows = 0;     ///< C of the head [C,H] with its bias; 0 without a head
  bool with_pooler = false;  ///< whether the task model has a pooler or DistilBERT's pre_classifier
  bool is_trained = true;    ///< under LoRA: with DistilBERT's pre_classifier, which belongs to the head
};

/// Parameters as PEFT's get_nb_trainable_parameters counts them.
struct ParameterCount {
  std::int64_t all = 0;  ///< under LoRA the frozen head and its trained copy both count
  std::int64_t trainable = 0;
  std::int64_t adapter = 0;  ///< of the LoRA tensors alone: Σ R·(in + out), + out with DoRA, + out with lora_bias
};

/// Under full fine-tuning.
ParameterCount full_parameters(const ModelConfig& config, const HeadShape& head);

/// Under LoRA with the modules that `adapter` targets.
ParameterCount lora_parameters(const ModelConfig& config, const HeadShape& head, const AdapterConfig& adapter);

}  // namespace lorascope::files
