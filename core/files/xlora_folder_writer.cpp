#include <ATen/ATen.h>

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/files/safetensors.h"
#include "core/files/written_folder.h"
#include "core/files/xlora_folder.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

/// Whether a recorded path can be written inside the folder.
bool stays_inside(const fs::path& path) {
  if (path.empty() || path.is_absolute()) return false;
  return std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

/// The names of the adapters' folders, made different where two are alike.
std::vector<std::string> folder_names(const XloraFolder& mixture) {
  std::vector<std::string> names;
  std::set<std::string> used;
  for (std::size_t n = 0; n < mixture.config.adapters.size(); ++n) {
    const fs::path& path = mixture.config.paths[n];
    const fs::path& folder = n < mixture.adapters.size() ? mixture.adapters[n].folder : path;
    std::string name = (path.empty() ? folder : path).filename().string();
    if (name.empty()) name = mixture.config.adapters[n];
    if (!used.insert(name).second) name += "-" + std::to_string(n);
    used.insert(name);
    names.push_back(name);
  }
  return names;
}

}  // namespace

GateLayer gate_layer_names(const XloraConfig& config, std::int64_t layer) {
  std::string path;
  if (config.format == XloraFormat::Package) {
    // The package's list of layers counts ReLU and dropout too.
    path = layer + 1 == config.depth ? "last" : "inner." + std::to_string(layer * (config.has_relu ? 3 : 1));
  } else {
    const std::int64_t stride = config.dropout > 0 ? 3 : 2;
    path = "base_model.internal_xlora_classifier.layers." + std::to_string(layer * stride);
  }
  return {path + ".weight", config.has_bias ? path + ".bias" : "", {}, {}};
}

XloraFolder converted(XloraFolder mixture, XloraFormat format) {
  XloraConfig& config = mixture.config;
  if (config.format == format) return mixture;
  const std::vector<std::string> names = folder_names(mixture);
  config.format = format;
  for (std::size_t n = 0; n < config.adapters.size(); ++n) {
    const bool is_package = format == XloraFormat::Package;
    const std::string name = is_package ? names[n] : config.adapters[n];
    config.adapters[n] = is_package ? name : std::to_string(n);
    config.paths[n] = is_package ? "" : "adapters/" + name;
  }
  for (std::size_t layer = 0; layer < mixture.gate.size(); ++layer) {
    const GateLayer named = gate_layer_names(config, static_cast<std::int64_t>(layer));
    mixture.gate[layer].weight_name = named.weight_name;
    mixture.gate[layer].bias_name = named.bias_name;
  }
  xlora_config_text(config);  // throws where the format has no such gate
  return mixture;
}

void write_xlora_folder(const fs::path& folder, const XloraFolder& mixture) {
  XloraConfig config = mixture.config;
  const bool is_package = config.format == XloraFormat::Package;
  for (std::size_t n = 0; !is_package && n < config.paths.size(); ++n)
    if (!stays_inside(config.paths[n])) config.paths[n] = "adapters/" + config.adapters[n];
  const std::string text = xlora_config_text(config);
  TensorMap gate;
  for (const GateLayer& layer : mixture.gate) {
    gate[layer.weight_name] = layer.weight;
    if (layer.bias.defined()) gate[layer.bias_name] = layer.bias;
  }
  write_folder(folder, [&](const fs::path& target) {
    for (std::size_t n = 0; n < mixture.adapters.size(); ++n) {
      const fs::path place = target / (is_package ? config.adapters[n] : config.paths[n]);
      fs::create_directories(place.parent_path());
      write_adapter_folder(place, mixture.adapters[n].config, mixture.adapters[n].tensors);
    }
    write_safetensors(target / (is_package ? "xlora_classifier.safetensors" : "adapter_model.safetensors"), gate);
    if (!mixture.head.empty()) write_safetensors(target / "head.safetensors", mixture.head);
    write_file_atomically(target / (is_package ? "xlora_config.json" : "adapter_config.json"), text);
  });
}

}  // namespace lorascope::files
