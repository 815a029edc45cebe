#include "core/files/parameter_count.h"

#include <string>

namespace lorascope::files {
namespace {

std::int64_t head_parameters(const ModelConfig& config, const HeadShape& head) {
  return head.rows * (config.hidden_size + 1);
}

std::int64_t product(const std::vector<std::int64_t>& shape) {
  std::int64_t result = 1;
  for (const std::int64_t extent : shape) result *= extent;
  return result;
}

/// The path of a linear layer or embedding that LoRA can adapt, or nothing.
std::string adaptable_path(const EncoderTensor& tensor, const AdapterConfig& adapter) {
  constexpr std::size_t kEnding = 7;  // ".weight"
  if (tensor.shape.size() != 2) return "";
  const std::string path = tensor.name.substr(0, tensor.name.size() - kEnding);
  const bool is_embedding = path.find("embeddings.") != std::string::npos;
  return is_embedding && adapter.target_modules.is_all_linear() ? "" : path;
}

}  // namespace

ParameterCount full_parameters(const ModelConfig& config, const HeadShape& head) {
  ParameterCount count;
  for (const EncoderTensor& tensor : encoder_tensors(config, head.with_pooler)) count.all += product(tensor.shape);
  count.all += head_parameters(config, head);
  count.trainable = count.all - (config.frozen_positions ? config.max_positions * config.hidden_size : 0);
  return count;
}

ParameterCount lora_parameters(const ModelConfig& config, const HeadShape& head, const AdapterConfig& adapter) {
  const FamilyNames& names = family_names(config.family);
  const bool is_distilled = config.family == Family::DistilBert;
  ParameterCount count;
  for (const EncoderTensor& tensor : encoder_tensors(config, head.with_pooler)) {
    const std::string path = adaptable_path(tensor, adapter);
    const bool is_saved = is_distilled && head.is_trained && path == names.pooler;
    if (path.empty() || is_saved || !adapter.targets(path)) continue;
    // An embedding [V,H] gives to H; a linear layer [out,in] to out.
    const bool is_embedding = path.find("embeddings.") != std::string::npos;
    const std::int64_t out = is_embedding ? tensor.shape[1] : tensor.shape[0];
    count.adapter += adapter.rank_of(path) * (tensor.shape[0] + tensor.shape[1]);
    count.adapter += (adapter.use_dora ? out : 0) + (adapter.lora_bias ? out : 0);
  }
  count.trainable = count.adapter;
  if (head.is_trained) count.trainable += head_parameters(config, head);
  if (head.is_trained && head.with_pooler && is_distilled)
    count.trainable += config.hidden_size * (config.hidden_size + 1);
  count.all = full_parameters(config, head).all + count.trainable;
  return count;
}

}  // namespace lorascope::files
