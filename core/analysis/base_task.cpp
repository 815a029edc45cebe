#include "core/analysis/base_task.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <string>

#include "core/files/weight_files.h"

namespace lorascope::analysis {
namespace {

constexpr std::int64_t kOneIn = 7;  ///< about 15 %

/// The head's tensors by what BERT and DistilBERT call them.
struct HeadNames {
  const char *dense, *norm, *words, *bias;
};
constexpr HeadNames kHeads[] = {
    {"cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.decoder.weight",
     "cls.predictions.bias"},
    {"vocab_transform", "vocab_layer_norm", "vocab_projector.weight", "vocab_projector.bias"}};

std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ull;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
  return value ^ (value >> 31);
}

}  // namespace

std::optional<MaskedWordHead> read_masked_word_head(const files::ModelFolder& base) {
  const files::WeightFiles weights = files::open_weight_files(base.folder);
  std::map<std::string, const files::StoredTensor*> stored;
  for (const files::StoredTensor& tensor : weights.tensors) stored[tensor.name] = &tensor;
  const auto load = [&](const std::string& name) -> at::Tensor {
    const auto found = stored.find(name);
    return found == stored.end() ? at::Tensor() : found->second->archive->load(name).to(at::kFloat);
  };
  const auto either = [&](const std::string& name, const std::string& legacy) {
    const at::Tensor found = load(name);
    return found.defined() ? found : load(legacy);
  };
  for (const HeadNames& names : kHeads) {
    MaskedWordHead head;
    head.dense_weight = load(names.dense + std::string(".weight"));
    head.dense_bias = load(names.dense + std::string(".bias"));
    head.norm_weight = either(names.norm + std::string(".weight"), names.norm + std::string(".gamma"));
    head.norm_bias = either(names.norm + std::string(".bias"), names.norm + std::string(".beta"));
    head.word_bias = load(names.bias);
    head.word_weight = load(names.words);
    const auto words =
        base.tensors.find(files::family_names(base.config.family).prefix + "embeddings.word_embeddings.weight");
    if (!head.word_weight.defined() && words != base.tensors.end()) head.word_weight = words->second;
    head.norm_eps = base.config.layer_norm_eps;
    const at::Tensor* all[] = {&head.dense_weight, &head.dense_bias,  &head.norm_weight,
                               &head.norm_bias,    &head.word_weight, &head.word_bias};
    if (std::all_of(std::begin(all), std::end(all), [](const at::Tensor* tensor) { return tensor->defined(); }))
      return head;
  }
  return std::nullopt;
}

double masked_word_loss(const MaskedWordHead& head, const at::Tensor& hidden, std::span<const std::int64_t> targets) {
  const at::NoGradGuard no_grad;
  if (targets.empty()) return 0;
  const at::Tensor states = at::gelu(at::linear(hidden, head.dense_weight, head.dense_bias));
  const at::Tensor normed =
      at::layer_norm(states, {states.size(1)}, head.norm_weight, head.norm_bias, head.norm_eps);
  const at::Tensor wanted = at::tensor(std::vector<std::int64_t>(targets.begin(), targets.end()), at::kLong);
  return at::cross_entropy_loss(at::linear(normed, head.word_weight, head.word_bias), wanted).item<double>();
}

std::vector<std::int64_t> masked_positions(std::int64_t row, std::int64_t length) {
  std::vector<std::int64_t> chosen;
  for (std::int64_t at = 1; at + 1 < length; ++at) {
    if (mixed(mixed(static_cast<std::uint64_t>(row)) + static_cast<std::uint64_t>(at)) % kOneIn == 0)
      chosen.push_back(at);
  }
  if (chosen.empty() && length > 2)
    chosen.push_back(1 + static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(row)) %
                                                   static_cast<std::uint64_t>(length - 2)));
  return chosen;
}

at::Tensor mean_states(const at::Tensor& hidden, std::span<const std::int32_t> boundaries) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> rows;
  for (std::size_t row = 0; row + 1 < boundaries.size(); ++row)
    rows.push_back(hidden.narrow(0, boundaries[row], boundaries[row + 1] - boundaries[row]).mean(0));
  return rows.empty() ? at::zeros({0, hidden.size(1)}) : at::stack(rows);
}

double own_text_loss(const at::Tensor& embeddings, const at::Tensor& base, std::int64_t group, double scale) {
  const at::NoGradGuard no_grad;
  const auto unit = [](const at::Tensor& rows) {
    return rows.to(at::kDouble) / at::linalg_vector_norm(rows.to(at::kDouble), 2, {1}, true).clamp_min(1e-12);
  };
  const at::Tensor ours = unit(embeddings), theirs = unit(base);
  double sum = 0;
  for (std::int64_t begin = 0; begin < ours.size(0); begin += group) {
    const std::int64_t count = std::min(group, ours.size(0) - begin);
    const at::Tensor cosines = at::mm(ours.narrow(0, begin, count), theirs.narrow(0, begin, count).t());
    sum += -at::log_softmax(scale * cosines, 1).diagonal().sum().item<double>();
  }
  return ours.size(0) > 0 ? sum / static_cast<double>(ours.size(0)) : 0;
}

}  // namespace lorascope::analysis
