#include "core/files/xlora_folder.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "core/files/checked_json.h"
#include "core/files/natural_order.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

constexpr const char* kWrapper = "base_model.model.";
constexpr const char* kGate = "internal_xlora_classifier";

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

fs::path config_file(const fs::path& folder) {
  const fs::path package = folder / "xlora_config.json";
  return fs::exists(package) ? package : folder / "adapter_config.json";
}

fs::path first_existing(const fs::path& folder, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (fs::exists(folder / name)) return folder / name;
  throw CheckpointError("cannot read the weights in " + folder.string(),
                        Problem{folder.string(), "no weights", *names.begin(), ""});
}

/// The gate's tensors alone.
TensorMap gate_tensors(const fs::path& folder, XloraFormat format) {
  const bool is_package = format == XloraFormat::Package;
  const fs::path file = is_package ? first_existing(folder, {"xlora_classifier.safetensors", "xlora_classifier.pt"})
                                   : first_existing(folder, {"adapter_model.safetensors", "adapter_model.bin"});
  const auto archive = open_archive(file);
  TensorMap tensors;
  for (const auto& [name, info] : archive->tensors())
    if (is_package || name.find(kGate) != std::string::npos) tensors[name] = archive->load(name);
  return tensors;
}

/// The place of the layer that `name` is a weight of, the package's `last` after all numbers.
std::pair<std::int64_t, std::string> place_of(const std::string& name) {
  const std::string path = name.substr(0, name.size() - std::string(".weight").size());
  const std::size_t dot = path.rfind('.');
  const std::string last = dot == std::string::npos ? path : path.substr(dot + 1);
  const bool is_number = !last.empty() && last.size() < 10 &&
                         std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
  return {is_number ? std::stoll(last) : INT64_MAX, name};
}

std::vector<GateLayer> gate_layers(const TensorMap& tensors) {
  std::vector<std::pair<std::int64_t, std::string>> weights;
  for (const auto& [name, tensor] : tensors)
    if (ends_with(name, ".weight")) weights.push_back(place_of(name));
  std::sort(weights.begin(), weights.end());
  std::vector<GateLayer> layers;
  for (const auto& [place, name] : weights) {
    GateLayer layer{name, name.substr(0, name.size() - 6) + "bias", tensors.at(name), {}};
    const auto bias = tensors.find(layer.bias_name);
    if (bias == tensors.end()) layer.bias_name.clear();
    if (bias != tensors.end()) layer.bias = bias->second;
    layers.push_back(std::move(layer));
  }
  return layers;
}

/// Names of what a whole gate would have and this file lacks.
std::string missing_names(const XloraConfig& config, const TensorMap& tensors) {
  std::string missing;
  for (std::int64_t layer = 0; layer < config.depth && missing.size() < 400; ++layer) {
    const GateLayer names = gate_layer_names(config, layer);
    for (const std::string& name : {names.weight_name, names.bias_name})
      if (!name.empty() && tensors.count(name) == 0) missing += (missing.empty() ? "" : ", ") + name;
  }
  return missing;
}

class GateCheck {
 public:
  GateCheck(const fs::path& folder, const XloraConfig& config, ProblemList& problems)
      : where_(folder.string()), config_(config), problems_(problems) {}

  void check(const TensorMap& tensors, const std::vector<GateLayer>& layers) {
    if (static_cast<std::int64_t>(layers.size()) != config_.depth) {
      const std::string missing = missing_names(config_, tensors);
      problems_.add(where_ + ": gate",
                    std::to_string(layers.size()) + " linear layers" + (missing.empty() ? "" : ", without " + missing),
                    std::to_string(config_.depth) + " as xlora_depth says",
                    "PEFT from 0.13 on loses layers of the gate when it saves: it has to be trained again");
      return;
    }
    std::int64_t in = layers.front().weight.dim() == 2 ? layers.front().weight.size(1) : 0;
    if (config_.hidden_size != 0 && config_.hidden_size != in)
      problems_.add(where_ + ": hidden_size", std::to_string(config_.hidden_size),
                    std::to_string(in) + ", the inputs of the gate's first layer");
    for (std::size_t number = 0; number < layers.size(); ++number) {
      const std::int64_t out = number + 1 < layers.size() ? config_.size : outputs(layers.back());
      check_layer(layers[number], out, in);
      in = out;
    }
    check_outputs(layers.back());
  }

 private:
  static std::int64_t outputs(const GateLayer& last) { return last.weight.dim() > 0 ? last.weight.size(0) : 0; }

  void check_layer(const GateLayer& layer, std::int64_t out, std::int64_t in) {
    const std::vector<std::int64_t> expected{out, in};
    if (layer.weight.sizes().vec() != expected || !layer.weight.is_floating_point())
      problems_.add(where_ + ": " + layer.weight_name, "shape " + shape_text(layer.weight.sizes().vec()),
                    shape_text(expected));
    if (layer.bias.defined() != config_.has_bias)
      problems_.add(where_ + ": " + layer.weight_name, layer.bias.defined() ? "a bias" : "no bias",
                    config_.has_bias ? "a bias" : "no bias, as use_bias says");
    if (layer.bias.defined() && layer.bias.sizes().vec() != std::vector<std::int64_t>{out})
      problems_.add(where_ + ": " + layer.bias_name, "shape " + shape_text(layer.bias.sizes().vec()),
                    shape_text({out}));
  }

  void check_outputs(const GateLayer& last) {
    const std::int64_t found = outputs(last), adapters = config_.num_adapters();
    const bool fits = adapters > 0 && (config_.is_layerwise ? found % adapters == 0 : found == adapters);
    if (!fits)
      problems_.add(where_ + ": " + last.weight_name, std::to_string(found) + " outputs",
                    config_.is_layerwise ? "a multiple of the " + std::to_string(adapters) + " adapters"
                                         : std::to_string(adapters) + ", one for each adapter",
                    "the gate was trained with other adapters, or layerwise_scalings is wrong");
  }

  std::string where_;
  const XloraConfig& config_;
  ProblemList& problems_;
};

std::optional<fs::path> adapter_place(const fs::path& folder, const XloraConfig& config, std::size_t number) {
  std::vector<fs::path> candidates;
  const fs::path& path = config.paths[number];
  if (!path.empty()) candidates = {folder / path, folder.parent_path() / path, path};
  candidates.push_back(folder / config.adapters[number]);
  for (const fs::path& candidate : candidates)
    if (fs::exists(candidate / "adapter_config.json")) return candidate;
  return std::nullopt;
}

/// Name of a tensor in an adapter file without the wrappers that the originals leave around the model.
std::string plain_name(const std::string& name) {
  const std::array<const char*, 5> roots = {"bert.", "distilbert.", "classifier.", "pre_classifier.", "qa_outputs."};
  for (std::size_t at = 0; at < name.size(); at = name.find('.', at) + 1) {
    for (const char* root : roots)
      if (name.compare(at, std::string(root).size(), root) == 0) return kWrapper + name.substr(at);
    if (name.find('.', at) == std::string::npos) break;
  }
  constexpr const char* kInner = "base_model.lora_model.model.";
  return name.rfind(kInner, 0) == 0 ? kWrapper + name.substr(std::string(kInner).size()) : name;
}

bool is_head(const std::string& name) {
  const std::string bare = name.rfind(kWrapper, 0) == 0 ? name.substr(std::string(kWrapper).size()) : name;
  return bare.rfind("classifier.", 0) == 0 || bare.rfind("pre_classifier.", 0) == 0 ||
         bare.rfind("qa_outputs.", 0) == 0;
}

/// Keeps LoRA pairs and whole heads. PEFT 0.12 also writes biases of the model, which are not the adapter's.
void keep_own_tensors(AdapterFolder& adapter) {
  TensorMap kept;
  for (const auto& [name, tensor] : adapter.tensors) {
    const std::string plain = plain_name(name);
    if (name.find(kGate) != std::string::npos || name.find(".original_module.") != std::string::npos) continue;
    if (plain.find(".lora_") != std::string::npos || is_head(plain)) kept[plain] = tensor;
  }
  for (auto entry = kept.begin(); entry != kept.end();) {
    const std::string& name = entry->first;
    const bool is_half =
        ends_with(name, ".bias") && is_head(name) && kept.count(name.substr(0, name.size() - 4) + "weight") == 0;
    entry = is_half ? kept.erase(entry) : std::next(entry);
  }
  adapter.tensors = std::move(kept);
}

AdapterFolder read_adapter(const fs::path& folder) {
  AdapterFolder adapter;
  adapter.folder = folder;
  adapter.config = read_adapter_config(folder / "adapter_config.json");
  adapter.tensors =
      open_archive(first_existing(folder, {"adapter_model.safetensors", "adapter_model.bin"}))->load_all();
  keep_own_tensors(adapter);
  if (adapter.modules().empty())
    throw CheckpointError(
        "cannot use the adapter in " + folder.string(),
        Problem{folder.string(), "no LoRA tensors", "names that end in lora_A.weight and lora_B.weight", ""});
  return adapter;
}

void check_adapter(const AdapterFolder& adapter, ProblemList& problems) {
  bool has_magnitude = adapter.config.use_dora;
  for (const LoraModule& module : adapter.modules()) has_magnitude |= module.magnitude.defined();
  if (has_magnitude)
    problems.add(adapter.folder.string(), "an adapter with DoRA", "plain LoRA",
                 "X-LoRA does not know magnitudes: the package leaves them out in silence, PEFT refuses them");
}

void read_adapters(XloraFolder& mixture, const std::vector<fs::path>& given, ProblemList& problems) {
  const XloraConfig& config = mixture.config;
  if (!given.empty() && given.size() != config.adapters.size()) {
    problems.add(mixture.folder.string() + ": adapters", std::to_string(given.size()) + " folders given",
                 std::to_string(config.adapters.size()) + ", as many as the gate has adapters");
    return;
  }
  for (std::size_t number = 0; number < config.adapters.size(); ++number) {
    const auto place = given.empty() ? adapter_place(mixture.folder, config, number) : given[number];
    if (!place) {
      problems.add(mixture.folder.string() + ": " + quote(config.adapters[number]), "no such adapter folder",
                   "a sub-folder of that name, or the path that the config records", "give the adapters by --adapters");
      continue;
    }
    AdapterFolder adapter = read_adapter(*place);
    check_adapter(adapter, problems);
    mixture.adapters.push_back(std::move(adapter));
  }
}

void check_counts(const XloraFolder& mixture, ProblemList& problems) {
  const XloraConfig& config = mixture.config;
  const std::string where = mixture.folder.string() + ": ";
  if (config.adapters.empty())
    problems.add(where + "adapters", "none", "at least one adapter", "give the adapters by --adapters");
  if (config.top_k && *config.top_k > config.num_adapters())
    problems.add(where + "top_k_lora", std::to_string(*config.top_k),
                 "at most " + std::to_string(config.num_adapters()) + ", the number of adapters");
}

}  // namespace

bool is_xlora_folder(const fs::path& folder) {
  if (fs::exists(folder / "xlora_config.json")) return true;
  const fs::path file = folder / "adapter_config.json";
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return false;
  const std::string text = read_checkpoint_text(file, "");
  const Json root = Json::parse(text, nullptr, false);
  return root.is_object() && root.contains("peft_type") && root["peft_type"] == "XLORA";
}

XloraFolder read_xlora_folder(const fs::path& folder, const std::vector<fs::path>& adapters) {
  XloraFolder mixture;
  mixture.folder = folder.has_filename() ? folder : folder.parent_path();
  mixture.config = read_xlora_config(config_file(folder));
  if (mixture.config.adapters.empty() && !adapters.empty())
    for (const fs::path& adapter : adapters) {
      mixture.config.adapters.push_back((adapter.has_filename() ? adapter : adapter.parent_path()).filename().string());
      mixture.config.paths.emplace_back();
    }
  ProblemList problems;
  const std::string message = "cannot use the X-LoRA folder " + folder.string();
  check_counts(mixture, problems);
  const TensorMap tensors = gate_tensors(folder, mixture.config.format);
  mixture.gate = gate_layers(tensors);
  GateCheck(folder, mixture.config, problems).check(tensors, mixture.gate);
  read_adapters(mixture, adapters, problems);
  problems.throw_if_any(message);
  if (fs::exists(folder / "head.safetensors")) mixture.head = open_archive(folder / "head.safetensors")->load_all();
  const auto& names = mixture.config.adapters;
  if (mixture.config.format == XloraFormat::Peft && std::is_sorted(names.begin(), names.end()) == false)
    mixture.warnings.push_back(
        "the names of the adapters are taken as numbers: PEFT itself would take them as texts, "
        "\"10\" before \"2\", and mix up the gate's outputs");
  return mixture;
}

}  // namespace lorascope::files
