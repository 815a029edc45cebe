#include <array>
#include <cmath>
#include <map>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/files/xlora_config.h"

namespace lorascope::files {
namespace {

constexpr std::array<const char*, 4> kPackageOnly = {"base_model_id", "enable_relu_and_dropout", "use_bias", "device"};
constexpr std::array<const char*, 7> kPeftOnly = {
    "auto_mapping", "base_model_name_or_path", "inference_mode", "peft_type", "peft_version", "revision", "task_type"};

OrderedJson text_or_null(const std::optional<std::string>& text) {
  return text ? OrderedJson(*text) : OrderedJson();
}

void put_gate(OrderedJson& root, const XloraConfig& config) {
  root["hidden_size"] = config.hidden_size;
  root["enable_softmax"] = config.has_softmax;
  root["enable_softmax_topk"] = config.has_top_k_softmax;
  root["layerwise_scalings"] = config.is_layerwise;
  root["xlora_depth"] = config.depth;
  root["xlora_size"] = config.size;
  root["xlora_dropout_p"] = config.dropout;
  root["use_trainable_adapters"] = config.trains_adapters;
  root["softmax_temperature"] = config.temperature;
  root["top_k_lora"] = config.top_k ? OrderedJson(*config.top_k) : OrderedJson();
  root["scaling_pass_value"] = config.scaling_pass_value;
  root["global_scaling_weight"] = config.global_weight;
}

std::string package_text(OrderedJson root, const XloraConfig& config) {
  for (const char* key : kPeftOnly) root.erase(key);
  root["base_model_id"] = config.base_model.value_or("");
  root["adapters"] = config.adapters;
  root["enable_relu_and_dropout"] = config.has_relu;
  root["use_bias"] = config.has_bias;
  return root.dump() + "\n";
}

std::string peft_text(OrderedJson root, const XloraConfig& config) {
  for (const char* key : kPackageOnly) root.erase(key);
  for (const char* key : {"auto_mapping", "revision", "task_type"})
    if (!root.contains(key)) root[key] = nullptr;
  root.erase("peft_version");  // says which program wrote the file, and that was another one
  root["peft_type"] = "XLORA";
  root["base_model_name_or_path"] = text_or_null(config.base_model);
  root["inference_mode"] = true;
  root["adapters"] = OrderedJson::object();
  for (std::size_t n = 0; n < config.adapters.size(); ++n) root["adapters"][config.adapters[n]] = config.paths[n];
  std::map<std::string, OrderedJson> sorted;  // as PEFT sorts them; `adapters` keeps its order, which has a meaning
  for (const auto& [key, value] : root.items()) sorted[key] = value;
  OrderedJson ordered = OrderedJson::object();
  for (auto& [key, value] : sorted) ordered[key] = std::move(value);
  return ordered.dump(2) + "\n";
}

}  // namespace

std::string xlora_config_text(const XloraConfig& config) {
  OrderedJson root = config.raw_json.empty() ? OrderedJson::object() : OrderedJson::parse(config.raw_json);
  put_gate(root, config);
  if (config.format == XloraFormat::Package) return package_text(std::move(root), config);
  if (!config.has_relu || !config.has_bias)
    throw Error("PEFT's X-LoRA always has ReLU and biases in its gate; this one has " +
                    std::string(config.has_relu ? "no biases" : "no ReLU"),
                "write it in the package's format");
  return peft_text(std::move(root), config);
}

}  // namespace lorascope::files
