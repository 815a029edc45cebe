#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "core/base/json.h"
#include "core/files/adapter_config.h"

namespace lorascope::files {
namespace {

/// Keys that PEFT 0.11 does not know, with the default that may be left out. An older PEFT stops at a key it does not
/// know.
const std::array<std::pair<const char*, Json>, 16>& later_keys() {
  static const std::array<std::pair<const char*, Json>, 16> keys = {{
      {"alora_invocation_tokens", nullptr},
      {"arrow_config", nullptr},
      {"corda_config", nullptr},
      {"ensure_weight_tying", false},
      {"eva_config", nullptr},
      {"exclude_modules", nullptr},
      {"kasa_config", nullptr},
      {"lora_bias", false},
      {"lora_ga_config", nullptr},
      {"monteclora_config", nullptr},
      {"qalora_group_size", 16},
      {"target_parameters", nullptr},
      {"trainable_token_indices", nullptr},
      {"use_bdlora", nullptr},
      {"use_qalora", false},
      {"velora_config", nullptr},
  }};
  return keys;
}

/// Keys of PEFT 0.11 with its defaults for what AdapterConfig does not hold.
OrderedJson defaults() {
  return {{"auto_mapping", nullptr},    {"layer_replication", nullptr},     {"loftq_config", OrderedJson::object()},
          {"megatron_config", nullptr}, {"megatron_core", "megatron.core"}, {"revision", nullptr}};
}

OrderedJson selection_value(const ModuleSelection& selection) {
  if (selection.pattern) return *selection.pattern;
  if (selection.names.empty()) return nullptr;
  return selection.names;
}

/// A whole number without a fraction: PEFT's own type for alpha is int.
OrderedJson number_value(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<std::int64_t>(number);
  return number;
}

OrderedJson initialisation_value(const std::string& name) {
  if (name == "true" || name == "false") return name == "true";
  return name;
}

template <typename Item>
OrderedJson list_or_null(const std::vector<Item>& items) {
  return items.empty() ? OrderedJson() : OrderedJson(items);
}

OrderedJson text_or_null(const std::optional<std::string>& text) {
  return text ? OrderedJson(*text) : OrderedJson();
}

void put_fields(OrderedJson& root, const AdapterConfig& config) {
  root["peft_type"] = config.peft_type;
  root["task_type"] = text_or_null(config.task_type);
  root["base_model_name_or_path"] = text_or_null(config.base_model);
  root["r"] = config.rank;
  root["lora_alpha"] = number_value(config.alpha);
  root["lora_dropout"] = config.dropout;
  root["bias"] = config.bias;
  root["target_modules"] = selection_value(config.target_modules);
  root["exclude_modules"] = selection_value(config.exclude_modules);
  root["modules_to_save"] = list_or_null(config.modules_to_save);
  root["fan_in_fan_out"] = config.fan_in_fan_out;
  root["use_rslora"] = config.use_rslora;
  root["use_dora"] = config.use_dora;
  root["lora_bias"] = config.lora_bias;
  root["init_lora_weights"] = initialisation_value(config.init_lora_weights);
  root["rank_pattern"] = OrderedJson::object();
  for (const auto& [key, value] : config.rank_pattern) root["rank_pattern"][key] = value;
  root["alpha_pattern"] = OrderedJson::object();
  for (const auto& [key, value] : config.alpha_pattern) root["alpha_pattern"][key] = number_value(value);
  root["layers_to_transform"] = list_or_null(config.layers_to_transform);
  root["layers_pattern"] = list_or_null(config.layers_pattern);
  root["inference_mode"] = true;
}

}  // namespace

std::string adapter_config_text(const AdapterConfig& config) {
  OrderedJson root = defaults();
  if (!config.raw_json.empty()) root.update(OrderedJson::parse(config.raw_json));
  put_fields(root, config);
  for (const auto& [key, value] : later_keys()) {
    const auto found = root.find(key);
    if (found != root.end() && Json(*found) == value) root.erase(key);
  }
  root.erase("peft_version");  // says which program wrote the file, and that was another one
  // Top keys sorted as PEFT sorts them; the order inside the patterns has a meaning and stays.
  std::map<std::string, OrderedJson> sorted;
  for (const auto& [key, value] : root.items()) sorted[key] = value;
  OrderedJson ordered = OrderedJson::object();
  for (auto& [key, value] : sorted) ordered[key] = std::move(value);
  return ordered.dump(2) + "\n";
}

}  // namespace lorascope::files
