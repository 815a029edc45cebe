#include <ATen/ATen.h>

#include "tests/core/tasks/small_model.h"
#include "tests/support/catch.h"

namespace lorascope::tasks::test {
namespace {

constexpr nn::DropoutKey kKey{5, 6};

/// The slope of the loss along the gradient itself, by central differences, against its squared norm: wrong gradients
/// of any parameter show.
void check_slope(TaskModel& model, const std::string& part) {
  const Batch batch = small_batch();
  std::vector<Parameter> moved;
  for (const Parameter& parameter : model.trainable())
    if (parameter.name.find(part) != std::string::npos) moved.push_back(parameter);
  REQUIRE_FALSE(moved.empty());
  const Gradients gradients = gradients_of(model, batch, kKey);
  double squares = 0;
  for (const Parameter& parameter : moved) squares += gradients.at(parameter.name).square().sum().item<double>();
  REQUIRE(squares > 0);
  const double step = 4e-3 / std::sqrt(squares);
  const auto loss_after = [&](double by) {
    for (const Parameter& parameter : moved) at::Tensor(parameter.value).add_(gradients.at(parameter.name), by);
    model.values_changed();
    const double loss = model.train_micro_batch(batch, 0, kKey);
    for (const Parameter& parameter : moved) at::Tensor(parameter.value).add_(gradients.at(parameter.name), -by);
    return loss;
  };
  const double slope = (loss_after(step) - loss_after(-step)) / (2 * step);
  CAPTURE(part);
  CHECK(slope == Approx(squares).epsilon(0.01));
}

}  // namespace

TEST_CASE("gradients of full fine-tuning are the slopes of the loss, dropout included", "[tasks]") {
  const double dropout = GENERATE(0.0, 0.2);
  const auto model = TaskModel::full(small_model(dropout), on(Path::Packed));
  for (const char* part :
       {"word_embeddings", "position_embeddings", "token_type_embeddings", "embeddings.LayerNorm",
        "layer.0.attention.self.query", "layer.1.attention.self.key.weight", "value", "attention.output.dense",
        "attention.output.LayerNorm", "intermediate", "layer.0.output.dense", "layer.2.output.LayerNorm", "classifier"})
    check_slope(*model, part);
}

TEST_CASE("gradients of adapters are the slopes of the loss, dropout included", "[tasks]") {
  files::AdapterConfig config = query_value();
  config.dropout = GENERATE(0.0, 0.2);
  config.target_modules.names = {"query",       "key", "value", "attention.output.dense", "intermediate.dense",
                                 "output.dense"};
  const files::AdapterFolder adapter = small_adapter(config);
  const auto model = TaskModel::with_adapters(small_model(config.dropout), on(Path::Packed), {&adapter});
  for (const char* part :
       {"query.lora_A", "query.lora_B", "key.lora_A", "value.lora_B", "attention.output.dense.lora_A",
        "intermediate.dense.lora_B", "layer.0.output.dense.lora_A", "classifier"})
    check_slope(*model, part);
}

TEST_CASE("gradients of magnitudes are the slopes of the loss, dropout included", "[tasks]") {
  files::AdapterConfig config = query_value();
  config.use_dora = true;
  config.dropout = GENERATE(0.0, 0.2);
  config.target_modules.names = {"query", "value", "intermediate.dense"};
  const files::AdapterFolder adapter = small_adapter(config);
  const auto model = TaskModel::with_adapters(small_model(config.dropout), on(Path::Packed), {&adapter});
  for (const char* part : {"query.lora_magnitude_vector", "value.lora_magnitude_vector", "dense.lora_magnitude_vector"})
    check_slope(*model, part);
}

TEST_CASE("micro-batches add up with their weights", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  const auto model = TaskModel::full(small_model(), on(path));
  const Batch batch = small_batch(), first = part_of(batch, 0, 2), second = part_of(batch, 2, 4);
  Gradients expected = gradients_of(*model, first, {}, 0.25);
  for (const auto& [name, gradient] : gradients_of(*model, second, {}, 0.75)) expected[name] += gradient;
  model->zero_gradients();
  model->train_micro_batch(first, 0.25, {});
  model->train_micro_batch(second, 0.75, {});
  Gradients found;
  for (const Parameter& parameter : model->trainable()) found[parameter.name] = parameter.gradient.clone();
  check_gradients(found, expected);
}

TEST_CASE("the padding id gets no embedding gradient, other rows only where they occur", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  const auto model = TaskModel::full(small_model(), on(path));
  Batch batch = small_batch();
  batch.tokens.ids[2] = 0;
  gradients_of(*model, part_of(small_batch(), 0, 4));
  const at::Tensor rows = gradients_of(*model, batch).at("bert.embeddings.word_embeddings.weight").abs().sum(1);
  CHECK(rows[0].item<double>() == 0);
  std::vector<bool> occurs(40);
  for (const std::int32_t id : batch.tokens.ids) occurs[id] = id != 0;
  for (std::int64_t id = 0; id < 40; ++id) CHECK((rows[id].item<double>() > 0) == occurs[id]);
}

TEST_CASE("a batch without labels has no loss and leaves the gradients", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  const auto model = TaskModel::full(small_model(), on(path));
  Batch batch = small_batch();
  gradients_of(*model, batch);
  batch.labels.assign(batch.labels.size(), -100);
  for (const auto& [name, gradient] : gradients_of(*model, batch)) CHECK(gradient.abs().max().item<double>() == 0);
  CHECK(model->train_micro_batch(batch, 1, {}) == 0);
  CHECK(model->evaluate(batch).loss == 0);
}

}  // namespace lorascope::tasks::test
