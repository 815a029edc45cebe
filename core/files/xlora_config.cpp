#include "core/files/xlora_config.h"

#include <algorithm>

#include "core/files/checked_json.h"
#include "core/files/natural_order.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kMaxAdapters = 1024;
constexpr std::int64_t kMaxDepth = 1024;
constexpr std::int64_t kMaxSize = 1 << 20;

std::string xlora_hint() {
  return "an X-LoRA folder holds xlora_config.json, or adapter_config.json with peft_type XLORA";
}

bool is_number(const std::string& name) {
  return !name.empty() && name.size() < 10 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// PEFT sorts the names as texts when it writes: "10" comes before "2". Names that are numbers are put right.
void restore_order(XloraConfig& config) {
  if (!std::all_of(config.adapters.begin(), config.adapters.end(), is_number)) return;
  std::vector<std::size_t> order(config.adapters.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    return natural_less(config.adapters[left], config.adapters[right]);
  });
  XloraConfig sorted = config;
  for (std::size_t i = 0; i < order.size(); ++i) {
    sorted.adapters[i] = config.adapters[order[i]];
    sorted.paths[i] = config.paths[order[i]];
  }
  config = std::move(sorted);
}

void read_adapters(FieldReader& fields, XloraConfig& config) {
  const OrderedJson* value = fields.find("adapters");
  if (value == nullptr) return;  // the package writes null where it was loaded without names
  if (value->is_object()) {
    for (const auto& [name, path] : value->items()) {
      if (!path.is_string()) fields.note("adapters: " + name, path, "the path of an adapter folder");
      config.adapters.push_back(name);
      config.paths.push_back(path.is_string() ? path.get<std::string>() : "");
    }
    if (config.format == XloraFormat::Peft) restore_order(config);
  } else {
    config.adapters = fields.texts("adapters");
    config.paths.assign(config.adapters.size(), "");
  }
  if (config.num_adapters() > kMaxAdapters)
    fields.note("adapters", *value, "at most " + std::to_string(kMaxAdapters) + " adapters");
  auto names = config.adapters;
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) fields.note("adapters", *value, "a name once");
  for (const std::string& name : names)
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
      fields.note("adapters", OrderedJson(name), "the name of a folder");
}

void read_gate(FieldReader& fields, XloraConfig& config) {
  config.hidden_size = fields.integer("hidden_size", 0, kMaxSize, 0);
  config.depth = fields.integer("xlora_depth", 1, kMaxDepth, 1);
  config.size = fields.integer("xlora_size", 1, kMaxSize, 2048);
  config.dropout = fields.number("xlora_dropout_p", 0, 1, 0.2);
  config.is_layerwise = fields.boolean("layerwise_scalings", false);
  config.has_softmax = fields.boolean("enable_softmax", true);
  config.has_top_k_softmax = fields.boolean("enable_softmax_topk", false);
  config.temperature = fields.number("softmax_temperature", 1e-6, 1e9, 1);
  config.scaling_pass_value = fields.number("scaling_pass_value", -1e6, 1e6, 0);
  config.global_weight = fields.number("global_scaling_weight", -1e6, 1e6, 1);
  config.trains_adapters = fields.boolean("use_trainable_adapters", false);
  if (fields.find("top_k_lora") != nullptr) config.top_k = fields.integer("top_k_lora", 1, kMaxAdapters);
}

}  // namespace

std::string_view text(XloraFormat format) {
  return format == XloraFormat::Package ? "xlora" : "peft";
}

std::int64_t gate_parameters(const XloraConfig& config, std::int64_t hidden, std::int64_t layers) {
  std::int64_t count = 0, in = hidden;
  for (std::int64_t layer = 0; layer < config.depth; ++layer) {
    const std::int64_t out = layer + 1 < config.depth ? config.size : config.outputs(layers);
    count += in * out + (config.has_bias ? out : 0);
    in = out;
  }
  return count;
}

XloraConfig read_xlora_config(const fs::path& file) {
  const XloraFormat format = file.filename() == "xlora_config.json" ? XloraFormat::Package : XloraFormat::Peft;
  return parse_xlora_config(read_checkpoint_text(file, xlora_hint()), file.string(), format);
}

XloraConfig parse_xlora_config(const std::string& content, const std::string& where, XloraFormat format) {
  const OrderedJson root = parse_checked(content, where);
  const std::string message = "cannot use the X-LoRA config " + where;
  if (!root.is_object()) throw CheckpointError(message, Problem{where, described(root), "an object", xlora_hint()});
  ProblemList problems;
  FieldReader fields(root, where, problems);
  XloraConfig config;
  config.format = format;
  config.raw_json = content;
  const bool is_package = format == XloraFormat::Package;
  if (!is_package && fields.text("peft_type") != "XLORA")
    fields.note("peft_type", root.contains("peft_type") ? root["peft_type"] : OrderedJson(), "\"XLORA\"", xlora_hint());
  read_adapters(fields, config);
  read_gate(fields, config);
  if (is_package) {
    config.has_relu = fields.boolean("enable_relu_and_dropout", true);
    config.has_bias = fields.boolean("use_bias", true);
  }
  config.base_model = fields.text(is_package ? "base_model_id" : "base_model_name_or_path");
  problems.throw_if_any(message);
  return config;
}

}  // namespace lorascope::files
