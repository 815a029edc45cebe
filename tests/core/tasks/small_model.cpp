#include "tests/core/tasks/small_model.h"

#include <ATen/ATen.h>

#include "core/nn/initialise.h"
#include "tests/support/catch.h"
#include "tests/support/tiny_model.h"

namespace lorascope::tasks::test {
namespace {

constexpr std::int64_t kLabels = 5;

}  // namespace

files::ModelFolder small_model(double dropout, files::Activation activation) {
  files::ModelFolder model;
  model.folder = "small model";
  model.config = lorascope::test::tiny_config(3);
  model.config.hidden_dropout = dropout;
  model.config.attention_dropout = dropout;
  model.config.activation = activation;
  model.tensors = lorascope::test::tiny_tensors(model.config, 1, kLabels);
  return model;
}

files::AdapterConfig query_value(std::int64_t rank) {
  files::AdapterConfig config;
  config.rank = rank;
  config.alpha = 6;
  config.target_modules.names = {"query", "value"};
  return config;
}

files::AdapterFolder small_adapter(const files::AdapterConfig& config) {
  files::AdapterFolder adapter;
  adapter.folder = "small adapter";
  adapter.config = config;
  adapter.tensors = lorascope::test::tiny_adapter_tensors(lorascope::test::tiny_config(3), config, 2, kLabels);
  const std::string table = "base_model.model.bert.embeddings.word_embeddings";
  if (adapter.tensors.erase(table + ".lora_A.weight") + adapter.tensors.erase(table + ".lora_B.weight") > 0) {
    adapter.tensors[table + ".lora_embedding_A"] = nn::draw_normal({config.rank, 40}, 0.5, 3, "A");
    adapter.tensors[table + ".lora_embedding_B"] = nn::draw_normal({8, config.rank}, 0.5, 3, "B");
  }
  return adapter;
}

Batch small_batch() {
  Batch batch;
  std::uint32_t state = 1;
  const auto draw = [&state](std::uint32_t limit) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::int32_t>((state >> 8) % limit);
  };
  for (const int length : {7, 1, 20, 12}) {
    std::vector<std::int32_t> ids, types;
    for (int i = 0; i < length; ++i) {
      ids.push_back(1 + draw(39));
      types.push_back(i > length / 2 ? 1 : 0);
      batch.labels.push_back(draw(4) == 0 && length > 1 ? -100 : draw(kLabels));
    }
    batch.tokens.append(ids, types);
  }
  return batch;
}

Batch part_of(const Batch& batch, std::int64_t first, std::int64_t last) {
  Batch part;
  for (std::int64_t row = first; row < last; ++row) {
    const auto begin = batch.tokens.boundaries[row], end = batch.tokens.boundaries[row + 1];
    part.tokens.append({batch.tokens.ids.data() + begin, batch.tokens.ids.data() + end},
                       {batch.tokens.types.data() + begin, batch.tokens.types.data() + end});
    part.labels.insert(part.labels.end(), batch.labels.begin() + begin, batch.labels.begin() + end);
  }
  return part;
}

double deviation(const at::Tensor& found, const at::Tensor& expected) {
  REQUIRE(found.sizes() == expected.sizes());
  if (expected.numel() == 0) return 0;
  return (found - expected).abs().max().item<double>() / std::max(expected.abs().max().item<double>(), 1e-6);
}

Gradients gradients_of(TaskModel& model, const Batch& batch, const nn::DropoutKey& key, double weight) {
  model.zero_gradients();
  model.train_micro_batch(batch, weight, key);
  Gradients gradients;
  for (const Parameter& parameter : model.trainable()) gradients[parameter.name] = parameter.gradient.clone();
  return gradients;
}

void check_gradients(const Gradients& found, const Gradients& expected) {
  REQUIRE(found.size() == expected.size());
  double largest = 0;
  for (const auto& [name, gradient] : expected) largest = std::max(largest, gradient.abs().max().item<double>());
  for (const auto& [name, gradient] : expected) {
    CAPTURE(name);
    REQUIRE(found.count(name) == 1);
    if (name.find("key.bias") != std::string::npos || gradient.abs().max().item<double>() < 1e-6 * largest)
      CHECK(found.at(name).abs().max().item<double>() < 1e-6 * largest);
    else
      CHECK(deviation(found.at(name), gradient) < kGradientTolerance);
  }
}

TaskModelOptions on(Path path) {
  TaskModelOptions options;
  options.path = path;
  return options;
}

}  // namespace lorascope::tasks::test
