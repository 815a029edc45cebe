#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/files/module_selection.h"

namespace lorascope::files {

/// PEFT's adapter_config.json for LoRA ([LoRA]; PEFT's keys and defaults). Keys that are not listed here stay in
/// `raw_json` and come back when it is written.
struct AdapterConfig {
  std::string peft_type = "LORA";
  std::optional<std::string> task_type;  ///< "TOKEN_CLS", "QUESTION_ANS", "SEQ_CLS", …
  std::optional<std::string> base_model;
  std::int64_t rank = 8;      ///< R
  double alpha = 8;           ///< a fraction after some of PEFT's conversions
  double dropout = 0;         ///< on the input of the LoRA branch
  std::string bias = "none";  ///< "none", "all", "lora_only"
  ModuleSelection target_modules;
  ModuleSelection exclude_modules;
  std::vector<std::string> modules_to_save;
  bool fan_in_fan_out = false;
  bool use_rslora = false;
  bool use_dora = false;
  bool lora_bias = false;
  std::string init_lora_weights = "true";  ///< "true", "false", "gaussian", "pissa", "pissa_niter_4", "olora", …
  std::vector<std::pair<std::string, std::int64_t>>
      rank_pattern;  ///< in the order of the file: the first that fits wins
  std::vector<std::pair<std::string, double>> alpha_pattern;
  std::vector<std::int64_t> layers_to_transform;
  std::vector<std::string> layers_pattern;
  std::string raw_json;  ///< the file's text; empty for a new adapter

  std::int64_t rank_of(std::string_view module_path) const;
  double alpha_of(std::string_view module_path) const;
  /// alpha / R, with rslora alpha / sqrt(R), for the module's own alpha and R ([LoRA] §4.1, [rsLoRA]).
  double scaling_of(std::string_view module_path) const;
  /// target_modules without exclude_modules, within layers_to_transform. "all-linear" takes every path.
  bool targets(std::string_view module_path) const;
};

/// Reads and checks `file`. Throws CheckpointError with every problem at once.
AdapterConfig read_adapter_config(const std::filesystem::path& file);
AdapterConfig parse_adapter_config(const std::string& text, const std::string& where);

/// The text of adapter_config.json: keys sorted, indented by 2, the keys of PEFT 0.11 and of later ones only what
/// differs from the default, so that old and new PEFT open it; inference_mode is true.
std::string adapter_config_text(const AdapterConfig& config);

}  // namespace lorascope::files
