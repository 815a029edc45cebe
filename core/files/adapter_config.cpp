#include "core/files/adapter_config.h"

#include <algorithm>
#include <cmath>

#include "core/files/checked_json.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kMaxRank = 1 << 16;
constexpr std::int64_t kMaxLayer = 1 << 16;

std::string adapter_hint() {
  return "an adapter folder holds adapter_config.json and adapter_model.safetensors";
}

ModuleSelection read_selection(FieldReader& fields, const char* key) {
  ModuleSelection selection;
  const OrderedJson* value = fields.find(key);
  if (value == nullptr) return selection;
  if (value->is_string()) {
    selection.pattern = value->get<std::string>();
  } else {
    selection.names = fields.texts(key);
  }
  return selection;
}

/// A text, or a list of texts.
std::vector<std::string> read_text_or_texts(FieldReader& fields, const char* key) {
  const OrderedJson* value = fields.find(key);
  if (value != nullptr && value->is_string()) return {value->get<std::string>()};
  return fields.texts(key);
}

std::string read_initialisation(FieldReader& fields) {
  const OrderedJson* value = fields.find("init_lora_weights");
  if (value == nullptr) return "true";
  if (value->is_boolean()) return value->get<bool>() ? "true" : "false";
  if (value->is_string()) return value->get<std::string>();
  fields.note("init_lora_weights", *value, "true, false or the name of an initialisation");
  return "true";
}

template <typename Number>
std::vector<std::pair<std::string, Number>> read_pattern(FieldReader& fields, const char* key, double low,
                                                         double high) {
  std::vector<std::pair<std::string, Number>> pattern;
  const OrderedJson* value = fields.find(key);
  if (value == nullptr) return pattern;
  if (!value->is_object()) {
    fields.note(key, *value, "an object from module name to number");
    return pattern;
  }
  for (const auto& [module, number] : value->items()) {
    const bool is_right = std::is_integral_v<Number> ? number.is_number_integer() : number.is_number();
    if (is_right && number.template get<double>() >= low && number.template get<double>() <= high) {
      pattern.emplace_back(module, number.template get<Number>());
    } else {
      fields.note(std::string(key) + ": " + module, number, "a number from " + std::to_string(static_cast<long>(low)));
    }
  }
  return pattern;
}

void check_expression(FieldReader& fields, const std::string& key, const std::string& pattern) {
  const auto problem = pattern_problem(pattern);
  if (problem) fields.note(key, pattern, "a regular expression of at most 1000 characters (" + *problem + ")");
}

void check_expressions(FieldReader& fields, const AdapterConfig& config) {
  if (config.target_modules.pattern) check_expression(fields, "target_modules", *config.target_modules.pattern);
  if (config.exclude_modules.pattern) check_expression(fields, "exclude_modules", *config.exclude_modules.pattern);
  for (const auto& entry : config.rank_pattern) check_expression(fields, "rank_pattern", entry.first);
  for (const auto& entry : config.alpha_pattern) check_expression(fields, "alpha_pattern", entry.first);
}

/// The number after the first "NAME." with two names before it, or after one of the given layer names; -1 without.
std::int64_t layer_index(std::string_view path, const std::vector<std::string>& layer_names) {
  std::vector<std::string_view> segments;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('.', start), path.size());
    segments.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  const std::size_t first = layer_names.empty() ? 2 : 1;
  for (std::size_t i = first; i + 1 < segments.size(); ++i) {
    const std::string_view number = segments[i];
    const bool is_number = !number.empty() && number.size() <= 9 &&
                           std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    const bool is_named =
        layer_names.empty() || std::find(layer_names.begin(), layer_names.end(), segments[i - 1]) != layer_names.end();
    if (is_number && is_named) return std::stoll(std::string(number));
  }
  return -1;
}

bool is_inside(std::string_view path, const std::string& module) {
  const std::string dotted = "." + std::string(path) + ".";
  return dotted.find("." + module + ".") != std::string::npos;
}

void read_layers(FieldReader& fields, AdapterConfig& config) {
  config.layers_to_transform = fields.integers("layers_to_transform", 0, kMaxLayer);
  config.layers_pattern = read_text_or_texts(fields, "layers_pattern");
}

void check_kind(FieldReader& fields, AdapterConfig& config) {
  const auto type = fields.text("peft_type");
  if (!type || *type != "LORA") {
    fields.note("peft_type", type ? OrderedJson(*type) : OrderedJson(), "\"LORA\"", "only LoRA adapters can be read");
  }
  if (const auto bias = fields.text("bias")) config.bias = *bias;
  if (config.bias != "none" && config.bias != "all" && config.bias != "lora_only") {
    fields.note("bias", config.bias, "\"none\", \"all\" or \"lora_only\"");
  }
  for (const char* key : {"target_parameters", "trainable_token_indices", "layer_replication"}) {
    const OrderedJson* value = fields.find(key);
    if (value != nullptr && !value->empty()) fields.note(key, *value, "null", "this kind of adapter cannot be read");
  }
}

}  // namespace

std::int64_t AdapterConfig::rank_of(std::string_view module_path) const {
  for (const auto& [key, value] : rank_pattern) {
    if (matches_pattern_key(key, module_path)) return value;
  }
  return rank;
}

double AdapterConfig::alpha_of(std::string_view module_path) const {
  for (const auto& [key, value] : alpha_pattern) {
    if (matches_pattern_key(key, module_path)) return value;
  }
  return alpha;
}

double AdapterConfig::scaling_of(std::string_view module_path) const {
  const auto r = static_cast<double>(rank_of(module_path));
  return alpha_of(module_path) / (use_rslora ? std::sqrt(r) : r);
}

bool AdapterConfig::targets(std::string_view module_path) const {
  if (exclude_modules.contains(module_path)) return false;
  const auto is_saved = [&](const std::string& module) { return is_inside(module_path, module); };
  if (std::any_of(modules_to_save.begin(), modules_to_save.end(), is_saved)) return false;
  if (!target_modules.contains(module_path)) return false;
  const auto& names = target_modules.names;
  // A whole path in the list, and a regular expression, stand above layers_to_transform.
  const bool is_exact = target_modules.pattern || std::find(names.begin(), names.end(), module_path) != names.end();
  if (is_exact || layers_to_transform.empty()) return true;
  const std::int64_t index = layer_index(module_path, layers_pattern);
  return std::find(layers_to_transform.begin(), layers_to_transform.end(), index) != layers_to_transform.end();
}

AdapterConfig read_adapter_config(const fs::path& file) {
  return parse_adapter_config(read_checkpoint_text(file, adapter_hint()), file.string());
}

AdapterConfig parse_adapter_config(const std::string& text, const std::string& where) {
  const OrderedJson root = parse_checked(text, where);
  const std::string message = "cannot use the adapter config " + where;
  if (!root.is_object()) throw CheckpointError(message, Problem{where, described(root), "an object", adapter_hint()});
  ProblemList problems;
  FieldReader fields(root, where, problems);
  AdapterConfig config;
  config.raw_json = text;
  check_kind(fields, config);
  config.task_type = fields.text("task_type");
  config.base_model = fields.text("base_model_name_or_path");
  config.rank = fields.integer("r", 1, kMaxRank, 8);
  config.alpha = fields.number("lora_alpha", -1e9, 1e9, 8);
  config.dropout = fields.number("lora_dropout", 0, 1, 0);
  config.target_modules = read_selection(fields, "target_modules");
  config.exclude_modules = read_selection(fields, "exclude_modules");
  config.modules_to_save = fields.texts("modules_to_save");
  config.fan_in_fan_out = fields.boolean("fan_in_fan_out", false);
  config.use_rslora = fields.boolean("use_rslora", false);
  config.use_dora = fields.boolean("use_dora", false);
  config.lora_bias = fields.boolean("lora_bias", false);
  config.init_lora_weights = read_initialisation(fields);
  config.rank_pattern = read_pattern<std::int64_t>(fields, "rank_pattern", 1, kMaxRank);
  config.alpha_pattern = read_pattern<double>(fields, "alpha_pattern", -1e9, 1e9);
  read_layers(fields, config);
  check_expressions(fields, config);
  problems.throw_if_any(message);
  return config;
}

}  // namespace lorascope::files
