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

files::ModelFolder random_model(const files::ModelConfig& config, TaskKind kind, std::uint64_t seed) {
  files::ModelFolder model;
  model.folder = "random model";
  model.config = config;
  const std::int64_t rows = kind == TaskKind::Tokens ? kLabels : kind == TaskKind::Spans ? 2 : 1;
  model.tensors = lorascope::test::tiny_tensors(config, seed, rows, true);
  if (kind != TaskKind::Spans) return model;
  for (const char* ending : {".weight", ".bias"}) {
    const std::string other = "classifier" + std::string(ending);
    model.tensors["qa_outputs" + std::string(ending)] = model.tensors.at(other);
    model.tensors.erase(other);
  }
  return model;
}

files::ModelFolder small_model(const Sample& sample) {
  files::ModelConfig config = sample.family == files::Family::Bert ? lorascope::test::tiny_config(3)
                                                                   : lorascope::test::tiny_distilbert_config(3);
  config.hidden_dropout = config.attention_dropout = sample.dropout;
  config.span_dropout = config.choice_dropout = sample.dropout;
  config.activation = sample.activation;
  return random_model(config, sample.kind, 1);
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
    if (config.use_dora) adapter.tensors[table + ".lora_magnitude_vector"] = nn::draw_normal({8}, 0.5, 3, "m") + 1;
  }
  const files::TensorMap factors = adapter.tensors;
  const std::string ending = ".lora_B.weight";
  for (const auto& [name, tensor] : factors) {
    if (!config.use_dora || !name.ends_with(ending)) continue;
    const std::string path = name.substr(0, name.size() - ending.size());
    adapter.tensors[path + ".lora_magnitude_vector"] = nn::draw_normal({tensor.size(0)}, 0.5, 3, path) + 1;
  }
  return adapter;
}

files::AdapterFolder adapter_for(const files::ModelFolder& model, TaskKind kind, const files::AdapterConfig& config) {
  files::AdapterFolder adapter;
  adapter.folder = "random adapter";
  adapter.config = config;
  adapter.tensors = lorascope::test::tiny_adapter_tensors(model.config, config, 2, 0);
  std::vector<std::string> head{"classifier.weight", "classifier.bias", "qa_outputs.weight", "qa_outputs.bias"};
  if (kind == TaskKind::Choices && model.config.family == files::Family::DistilBert)
    head.insert(head.end(), {"pre_classifier.weight", "pre_classifier.bias"});
  for (const std::string& name : head)
    if (model.tensors.count(name) != 0) adapter.tensors["base_model.model." + name] = model.tensors.at(name) * 0.7;
  return adapter;
}

files::AdapterFolder small_adapter(const files::AdapterConfig& config, const Sample& sample) {
  return adapter_for(small_model(sample), sample.kind, config);
}

namespace {

/// Numbers that are the same everywhere.
class Draws {
 public:
  std::int32_t operator()(std::uint32_t limit) {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<std::int32_t>((state_ >> 8) % limit);
  }

 private:
  std::uint32_t state_ = 1;
};

}  // namespace

Batch small_batch(TaskKind kind) {
  if (kind == TaskKind::Tokens) return small_batch();
  Batch batch;
  Draws draw;
  const std::vector<int> lengths = kind == TaskKind::Spans ? std::vector{9, 1, 20, 12, 5, 17}
                                                           : std::vector{9, 1, 20, 12, 5, 17, 3, 11, 2};
  for (const int length : lengths) {
    std::vector<std::int32_t> ids, types;
    for (int i = 0; i < length; ++i) {
      ids.push_back(1 + draw(39));
      types.push_back(i > length / 2 ? 1 : 0);
    }
    batch.tokens.append(ids, types);
  }
  if (kind == TaskKind::Spans) {
    batch.start_positions = {3, 0, 0, 11, -4, 25};
    batch.end_positions = {8, 0, 19, 15, 2, 16};
  } else {
    batch.choices = 3;
    batch.labels = {2, -100, 0};
  }
  return batch;
}

Batch small_batch() {
  Batch batch;
  Draws draw;
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

void check_gradients(const Gradients& found, const Gradients& expected, double slack) {
  REQUIRE(found.size() == expected.size());
  double largest = 0;
  for (const auto& [name, gradient] : expected) largest = std::max(largest, gradient.abs().max().item<double>());
  for (const auto& [name, gradient] : expected) {
    CAPTURE(name);
    REQUIRE(found.count(name) == 1);
    // The softmax over positions or choices takes these out: their gradients are 0 and what is found is rounding.
    const bool is_ungoverned = name.find("key.bias") != std::string::npos || gradient.numel() == 1;
    if (is_ungoverned || gradient.abs().max().item<double>() < slack * 1e-6 * largest)
      CHECK(found.at(name).abs().max().item<double>() <= (is_ungoverned ? 1e-5 : 2e-6) * slack * largest);
    else
      CHECK(deviation(found.at(name), gradient) < slack * kGradientTolerance);
  }
}

TaskModelOptions on(Path path, TaskKind kind) {
  TaskModelOptions options;
  options.kind = kind;
  options.path = path;
  return options;
}

}  // namespace lorascope::tasks::test
