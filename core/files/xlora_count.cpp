#include "core/files/xlora_count.h"

#include <string>

namespace lorascope::files {

std::int64_t num_adapted_modules(const ModelConfig& model, const AdapterConfig& adapter) {
  std::int64_t count = 0;
  for (const EncoderTensor& tensor : encoder_tensors(model, false)) {
    const bool is_linear = tensor.shape.size() == 2 && tensor.name.find("embeddings.") == std::string::npos;
    const std::size_t ending = std::string(".weight").size();
    if (is_linear && adapter.targets(tensor.name.substr(0, tensor.name.size() - ending))) ++count;
  }
  return count;
}

XloraCount xlora_parameters(const ModelConfig& model, const HeadShape& head, const AdapterConfig& adapter,
                            const XloraConfig& config) {
  XloraCount count;
  count.base = full_parameters(model, head).all;
  count.lora = config.num_adapters() * lora_parameters(model, head, adapter).adapter;
  count.gate = gate_parameters(config, model.hidden_size, num_adapted_modules(model, adapter));
  return count;
}

}  // namespace lorascope::files
