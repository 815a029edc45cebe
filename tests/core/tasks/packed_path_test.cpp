#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "tests/core/tasks/small_model.h"
#include "tests/support/catch.h"

namespace lorascope::tasks::test {
namespace {

constexpr nn::DropoutKey kKey{77, 3};

void check_paths_agree(TaskModel& packed, TaskModel& compatible) {
  const Batch batch = small_batch();
  const Output found = packed.evaluate(batch, {.merged = false, .hidden_states = true});
  const Output expected = compatible.evaluate(batch, {.merged = false, .hidden_states = true});
  CHECK(deviation(found.logits, expected.logits) < kValueTolerance);
  CHECK(found.loss == Approx(expected.loss).epsilon(kValueTolerance));
  REQUIRE(found.hidden_states.size() == expected.hidden_states.size());
  for (std::size_t i = 0; i < found.hidden_states.size(); ++i)
    CHECK(deviation(found.hidden_states[i], expected.hidden_states[i]) < kValueTolerance);
  check_gradients(gradients_of(packed, batch, kKey), gradients_of(compatible, batch, kKey));
  CHECK(packed.train_micro_batch(batch, 1, kKey) == Approx(compatible.train_micro_batch(batch, 1, kKey)).epsilon(1e-5));
}

}  // namespace

TEST_CASE("both paths agree in full fine-tuning, without dropout and with the same masks", "[tasks]") {
  const double dropout = GENERATE(0.0, 0.3);
  const auto activation =
      GENERATE(files::Activation::Gelu, files::Activation::GeluTanh, files::Activation::Relu, files::Activation::Silu);
  const files::ModelFolder model = small_model(dropout, activation);
  check_paths_agree(*TaskModel::full(model, on(Path::Packed)), *TaskModel::full(model, on(Path::Compatible)));
}

TEST_CASE("both paths agree with adapters of every kind, without dropout and with the same masks", "[tasks]") {
  const double dropout = GENERATE(0.0, 0.3);
  files::AdapterConfig config = query_value();
  config.dropout = dropout;
  SECTION("query and value") {}
  SECTION("every linear layer") {
    config.target_modules.names = {"query",       "key", "value", "attention.output.dense", "intermediate.dense",
                                   "output.dense"};
  }
  SECTION("biases of the adapted layers") {
    config.bias = "lora_only";
  }
  SECTION("all biases") {
    config.bias = "all";
  }
  SECTION("a bias on B") {
    config.lora_bias = true;
  }
  SECTION("the last layer only") {
    config.layers_to_transform = {2};
  }
  SECTION("the feed-forward part only") {
    config.target_modules.names = {"intermediate.dense"};
  }
  SECTION("ranks and alphas by module") {
    config.rank_pattern = {{"query", 2}};
    config.alpha_pattern = {{"value", 11}};
  }
  SECTION("the word embeddings") {
    config.target_modules.names = {"word_embeddings", "value"};
  }
  SECTION("DoRA") {
    config.use_dora = true;
  }
  SECTION("DoRA on the word embeddings") {
    config.use_dora = true;
    config.target_modules.names = {"word_embeddings", "value"};
  }
  SECTION("DoRA on every linear layer") {
    config.use_dora = true;
    config.target_modules.names = {"query",       "key", "value", "attention.output.dense", "intermediate.dense",
                                   "output.dense"};
  }
  SECTION("PiSSA, which changes the base") {
    config.init_lora_weights = "pissa";
    config.target_modules.names = {"value", "output.dense"};
  }
  const files::ModelFolder model = small_model(dropout);
  const files::AdapterFolder adapter = small_adapter(config);
  check_paths_agree(*TaskModel::with_adapters(model, on(Path::Packed), {&adapter}),
                    *TaskModel::with_adapters(model, on(Path::Compatible), {&adapter}));
}

TEST_CASE("both paths agree on modules that an adapter trains whole, parts of the joined projection too", "[tasks]") {
  const double dropout = GENERATE(0.0, 0.3);
  const files::ModelFolder model = small_model(dropout);
  files::AdapterConfig config = query_value();
  config.dropout = dropout;
  config.init_lora_weights = "false";
  config.modules_to_save = {"classifier", "key", "1.attention.self.query", "2.intermediate.dense"};
  config.target_modules.names = {"value", "attention.output.dense"};
  const auto packed = TaskModel::with_new_adapter(model, on(Path::Packed), config);
  const auto compatible = TaskModel::with_new_adapter(model, on(Path::Compatible), config);
  check_paths_agree(*packed, *compatible);
  for (const auto* name : {"key.weight", "key.bias"})
    CHECK(gradients_of(*packed, small_batch(), kKey).count(std::string("base_model.model.bert.encoder.layer.0.attention.self.") + name) == 1);
  for (const Parameter& parameter : packed->trainable()) at::Tensor(parameter.value).add_(parameter.gradient, -0.1);
  packed->values_changed();
  const files::AdapterFolder written = packed->export_adapter();
  const auto again = TaskModel::with_adapters(model, on(Path::Packed), {&written});
  CHECK(again->trainable().size() == packed->trainable().size());
  CHECK(deviation(again->evaluate(small_batch()).logits, packed->evaluate(small_batch()).logits) < kValueTolerance);
}

TEST_CASE("both paths agree on two adapters at once", "[tasks]") {
  const files::ModelFolder model = small_model();
  files::AdapterConfig other = query_value(2);
  other.target_modules.names = {"query", "output.dense"};
  const files::AdapterFolder one = small_adapter(query_value()), two = small_adapter(other);
  check_paths_agree(*TaskModel::with_adapters(model, on(Path::Packed), {&one, &two}),
                    *TaskModel::with_adapters(model, on(Path::Compatible), {&one, &two}));
}

TEST_CASE("a sequence's logits do not depend on its neighbours", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  const auto model = TaskModel::full(small_model(), on(path));
  const Batch batch = small_batch();
  const at::Tensor together = model->evaluate(batch).logits;
  for (std::int64_t row = 0; row < 4; ++row) {
    const at::Tensor alone = model->evaluate(part_of(batch, row, row + 1)).logits;
    const auto first = batch.tokens.boundaries[row];
    CHECK(deviation(together.narrow(0, first, alone.size(0)), alone) < kValueTolerance);
  }
}

TEST_CASE("positions that do not begin at zero mean padding on the left", "[tasks]") {
  const files::ModelFolder model = small_model();
  Batch batch = small_batch();
  for (std::int32_t t = 0; t < 7; ++t) batch.tokens.positions[t] += 5;
  const Output packed = TaskModel::full(model, on(Path::Packed))->evaluate(batch);
  const Output compatible = TaskModel::full(model, on(Path::Compatible))->evaluate(batch);
  CHECK(deviation(packed.logits, compatible.logits) < kValueTolerance);
  CHECK(deviation(packed.logits, TaskModel::full(model, on(Path::Packed))->evaluate(small_batch()).logits) > 0.01);
}

TEST_CASE("a batch larger than one slice of an evaluation is put together again", "[tasks]") {
  const auto model = TaskModel::full(small_model(), on(Path::Packed));
  const Batch batch = small_batch();
  Batch large;
  for (int copy = 0; copy < 150; ++copy) {
    large.tokens.append({batch.tokens.ids.data() + 8, 20}, {batch.tokens.types.data() + 8, 20});
    large.labels.insert(large.labels.end(), batch.labels.begin() + 8, batch.labels.begin() + 28);
  }
  const Output whole = model->evaluate(large, {.hidden_states = true});
  const Output one = model->evaluate(part_of(batch, 2, 3));
  REQUIRE(whole.logits.size(0) == 3000);
  CHECK(whole.hidden_states.size() == 4);
  CHECK(deviation(whole.logits, one.logits.repeat({150, 1})) < kValueTolerance);
  CHECK(whole.loss == Approx(one.loss).epsilon(1e-5));
}

TEST_CASE("the same seed and threads give the same bits, another draw gives others", "[tasks]") {
  const int threads = at::get_num_threads();
  at::set_num_threads(GENERATE(1, 2));
  const auto model = TaskModel::full(small_model(0.2), on(Path::Packed));
  const Batch batch = small_batch();
  const Gradients first = gradients_of(*model, batch, kKey), second = gradients_of(*model, batch, kKey);
  for (const auto& [name, gradient] : first) CHECK(at::equal(second.at(name), gradient));
  const Gradients other = gradients_of(*model, batch, {kKey.seed, kKey.draw + 1});
  CHECK_FALSE(at::equal(other.at("classifier.weight"), first.at("classifier.weight")));
  at::set_num_threads(threads);
}

TEST_CASE("masks do not depend on the number of threads", "[tasks]") {
  const int threads = at::get_num_threads();
  const auto model = TaskModel::full(small_model(0.2), on(Path::Packed));
  at::set_num_threads(1);
  const Gradients one = gradients_of(*model, small_batch(), kKey);
  at::set_num_threads(3);
  check_gradients(gradients_of(*model, small_batch(), kKey), one);
  at::set_num_threads(threads);
}

}  // namespace lorascope::tasks::test
