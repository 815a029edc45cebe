#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lorascope::files {

/// Who wrote an X-LoRA folder: the package of the paper's authors (xlora_config.json), or PEFT (adapter_config.json).
enum class XloraFormat { Package, Peft };

/// "xlora", "peft".
std::string_view text(XloraFormat format);

/// The configuration of an X-LoRA mixture ([X-LoRA] §2), with the originals' defaults for what a file leaves out.
struct XloraConfig {
  XloraFormat format = XloraFormat::Package;
  std::vector<std::string> adapters;  ///< names in the order of the axis N
  std::vector<std::string> paths;     ///< where the file says that each lies; empty texts in the package's format
  std::int64_t hidden_size = 0;       ///< H, inputs of the gate; 0: not stated
  std::int64_t depth = 1;             ///< linear layers of the gate
  std::int64_t size = 2048;           ///< width of its inner layers
  double dropout = 0.2;               ///< after each inner layer's ReLU
  bool has_relu = true;               ///< ReLU and dropout between the layers; older packages had none
  bool has_bias = true;
  bool is_layerwise = false;  ///< an output for each adapted module, else one for all
  bool has_softmax = true;    ///< over the adapters
  bool has_top_k_softmax = false;
  double temperature = 1;
  std::optional<std::int64_t> top_k;  ///< adapters kept a token and module; the others' scalings become 0
  double scaling_pass_value = 0;      ///< the scalings of the first pass
  double global_weight = 1;           ///< on every adapter's output, in both passes
  bool trains_adapters = false;
  std::optional<std::string> base_model;
  std::string raw_json;  ///< the file's text; empty for a new mixture

  std::int64_t num_adapters() const { return static_cast<std::int64_t>(adapters.size()); }
  /// Outputs of the gate over `layers` adapted modules: N, or L·N.
  std::int64_t outputs(std::int64_t layers) const { return num_adapters() * (is_layerwise ? layers : 1); }
};

/// Weights and biases of a gate over H = `hidden` and L = `layers` adapted modules.
std::int64_t gate_parameters(const XloraConfig& config, std::int64_t hidden, std::int64_t layers);

/// Reads and checks xlora_config.json or PEFT's adapter_config.json with peft_type XLORA, by the file's name. Throws
/// CheckpointError with every problem at once.
XloraConfig read_xlora_config(const std::filesystem::path& file);
XloraConfig parse_xlora_config(const std::string& text, const std::string& where, XloraFormat format);

/// The text of the configuration file in the config's format. Keys that neither format knows stay as they were read.
std::string xlora_config_text(const XloraConfig& config);

}  // namespace lorascope::files
