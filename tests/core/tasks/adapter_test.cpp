#include <ATen/ATen.h>

#include <set>

#include "core/adapters/lora.h"
#include "core/base/error.h"
#include "tests/core/tasks/small_model.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::tasks::test {
namespace {

at::Tensor value_of(const TaskModel& model, const std::string& name) {
  for (const Parameter& parameter : model.trainable())
    if (parameter.name == name) return parameter.value;
  FAIL("no parameter " << name);
  return {};
}

constexpr const char* kQueryA = "base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight";
constexpr const char* kQueryB = "base_model.model.bert.encoder.layer.0.attention.self.query.lora_B.weight";

}  // namespace

TEST_CASE("a fresh adapter leaves the logits as they are", "[adapters]") {
  const files::ModelFolder model = small_model();
  TaskModelOptions options = on(GENERATE(Path::Packed, Path::Compatible));
  const at::Tensor base = TaskModel::full(model, options)->evaluate(small_batch()).logits;
  for (const char* init : {"true", "gaussian"}) {
    files::AdapterConfig config = query_value();
    config.init_lora_weights = init;
    const auto adapted = TaskModel::with_new_adapter(model, options, config);
    CHECK(at::equal(adapted->evaluate(small_batch(), {.merged = false}).logits, base));
  }
}

TEST_CASE("initialisations have PEFT's ranges", "[adapters]") {
  const files::ModelFolder model = small_model();
  files::AdapterConfig config = query_value(64);
  SECTION("default: A uniform in 1/sqrt(in), B zero") {
    const auto adapted = TaskModel::with_new_adapter(model, on(Path::Packed), config);
    const at::Tensor a = value_of(*adapted, kQueryA);
    const double bound = 1 / std::sqrt(static_cast<double>(a.size(1)));
    CHECK(a.abs().max().item<double>() <= bound);
    CHECK(a.var().item<double>() == Approx(bound * bound / 3).epsilon(0.2));
    CHECK(value_of(*adapted, kQueryB).abs().max().item<double>() == 0);
  }
  SECTION("gaussian: deviation 1/R") {
    config.init_lora_weights = "gaussian";
    const auto adapted = TaskModel::with_new_adapter(model, on(Path::Packed), config);
    CHECK(value_of(*adapted, kQueryA).std().item<double>() == Approx(1.0 / 64).epsilon(0.2));
  }
  SECTION("false: B is not zero") {
    config.init_lora_weights = "false";
    const auto adapted = TaskModel::with_new_adapter(model, on(Path::Packed), config);
    CHECK(value_of(*adapted, kQueryB).abs().max().item<double>() == Approx(1.0 / 8).epsilon(0.2));
  }
  SECTION("the seed decides") {
    TaskModelOptions other = on(Path::Packed);
    other.seed = 43;
    const auto one = TaskModel::with_new_adapter(model, on(Path::Packed), config);
    CHECK(at::equal(value_of(*one, kQueryA),
                    value_of(*TaskModel::with_new_adapter(model, on(Path::Packed), config), kQueryA)));
    CHECK_FALSE(
        at::equal(value_of(*one, kQueryA), value_of(*TaskModel::with_new_adapter(model, other, config), kQueryA)));
  }
}

TEST_CASE("an adapter that takes its start out of the base computes the base's logits at first", "[adapters]") {
  const files::ModelFolder model = small_model();
  const TaskModelOptions options = on(GENERATE(Path::Packed, Path::Compatible));
  const at::Tensor base = TaskModel::full(model, options)->evaluate(small_batch()).logits;
  files::AdapterConfig config = query_value();
  config.init_lora_weights = GENERATE("pissa", "olora");
  config.use_dora = GENERATE(false, true);
  const auto adapted = TaskModel::with_new_adapter(model, options, config);
  CHECK(deviation(adapted->evaluate(small_batch(), {.merged = false}).logits, base) < kValueTolerance);
  for (const TaskModel::LowRankFactors& factors : adapted->low_rank_factors()) {
    CHECK(factors.a.size(0) == 2 * config.rank);
    CHECK((at::mm(factors.b, factors.a) * factors.scaling).abs().max().item<double>() < 1e-5);
  }
}

TEST_CASE("merged and unmerged adapters agree", "[adapters]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  files::AdapterConfig config = query_value();
  SECTION("query and value") {}
  SECTION("rslora") {
    config.use_rslora = true;
  }
  SECTION("DoRA") {
    config.use_dora = true;
    config.target_modules.names = {"key", "output.dense"};
  }
  SECTION("DoRA on embeddings") {
    config.use_dora = true;
    config.target_modules.names = {"word_embeddings"};
  }
  SECTION("OLoRA, which changes the base") {
    config.init_lora_weights = "olora";
  }
  SECTION("a bias on B, feed-forward layers, embeddings") {
    config.lora_bias = true;
    config.target_modules.names = {"key", "intermediate.dense", "output.dense", "word_embeddings"};
  }
  const files::AdapterFolder adapter = small_adapter(config);
  const auto model = TaskModel::with_adapters(small_model(), on(path), {&adapter});
  const at::Tensor unmerged = model->evaluate(small_batch(), {.merged = false}).logits;
  CHECK(deviation(model->evaluate(small_batch()).logits, unmerged) < kValueTolerance);
  CHECK(deviation(TaskModel::full(small_model(), on(path))->evaluate(small_batch()).logits, unmerged) > 0.01);
}

TEST_CASE("merging puts W + scaling B A in the place of W and leaves the encoder as it was", "[adapters]") {
  const files::ModelFolder model = small_model();
  files::AdapterConfig config = query_value();
  config.target_modules.names = {"query", "intermediate.dense"};
  const files::AdapterFolder adapter = small_adapter(config);
  nn::Encoder encoder = nn::make_encoder(model.config, model.tensors, false, false);
  adapters::attach_stored_adapter(encoder, config, files::match_adapter(adapter, model.config, false), false);
  nn::Encoder merged = adapters::merged(encoder);
  std::map<std::string, nn::Dense> before;
  encoder.for_each_dense([&](nn::Dense& dense) { before[dense.path] = dense; });
  std::int64_t changed = 0;
  merged.for_each_dense([&](nn::Dense& dense) {
    const nn::Dense& original = before.at(dense.path);
    CHECK(dense.adapters.empty());
    CHECK(at::equal(original.weight.value, model.tensors.at(dense.path + ".weight")));
    at::Tensor expected = original.weight.value.to(at::kDouble);
    for (const nn::LowRank& low : original.adapters) {
      expected = expected + at::mm(low.b.value.to(at::kDouble), low.a.value.to(at::kDouble)) * 2.0;
      ++changed;
    }
    CHECK(deviation(dense.weight.value.to(at::kDouble), expected) < 1e-6);
  });
  CHECK(changed == 6);
  for (const nn::EncoderLayer& layer : merged.layers)
    CHECK(at::equal(layer.qkv_weight.value.narrow(0, 0, 8), layer.query.weight.value));
}

TEST_CASE("a merged evaluation follows the values", "[adapters]") {
  const files::AdapterFolder adapter = small_adapter(query_value());
  const auto model = TaskModel::with_adapters(small_model(), on(Path::Packed), {&adapter});
  const at::Tensor before = model->evaluate(small_batch()).logits;
  value_of(*model, kQueryB).mul_(-3);
  model->values_changed();
  const at::Tensor after = model->evaluate(small_batch()).logits;
  CHECK(deviation(after, before) > 0.001);
  CHECK(deviation(after, model->evaluate(small_batch(), {.merged = false}).logits) < kValueTolerance);
}

TEST_CASE("frozen weights have no gradient and keep their bits in training", "[adapters]") {
  const files::ModelFolder model = small_model();
  const files::AdapterFolder adapter = small_adapter(query_value());
  const auto adapted = TaskModel::with_adapters(model, on(GENERATE(Path::Packed, Path::Compatible)), {&adapter});
  std::set<std::string> names;
  for (const Parameter& parameter : adapted->trainable()) names.insert(parameter.name);
  CHECK(names.size() == 3 * 2 * 2 + 2);
  CHECK(names.count("base_model.model.classifier.weight") == 1);
  gradients_of(*adapted, small_batch());
  for (const auto& [name, tensor] : adapted->export_model())
    if (name.rfind("classifier", 0) != 0) CHECK(at::equal(tensor, small_model().tensors.at(name)));
}

TEST_CASE("an exported adapter opens with the same logits", "[adapters]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  files::AdapterConfig config = query_value();
  SECTION("plain") {}
  SECTION("all biases") {
    config.bias = "all";
  }
  SECTION("a bias on B") {
    config.lora_bias = true;
  }
  config.init_lora_weights = "false";
  const auto model = TaskModel::with_new_adapter(small_model(), on(path), config);
  for (const Parameter& parameter : model->trainable()) at::Tensor(parameter.value).add_(0.01);
  model->values_changed();
  const files::AdapterFolder exported = model->export_adapter();
  CHECK(exported.config.task_type == "TOKEN_CLS");
  const lorascope::test::TemporaryFolder folder;
  files::write_adapter_folder(folder.path() / "adapter", exported.config, exported.tensors);
  const files::AdapterFolder read = files::read_adapter_folder(folder.path() / "adapter");
  CHECK(read.tensors.size() == model->trainable().size());
  const auto again = TaskModel::with_adapters(small_model(), on(path), {&read});
  CHECK(again->trainable().size() == model->trainable().size());
  CHECK(at::equal(again->evaluate(small_batch()).logits, model->evaluate(small_batch()).logits));
}

TEST_CASE("factors of a linear layer on an embedding are refused", "[adapters]") {
  files::AdapterFolder adapter = small_adapter(query_value());
  const std::string table = "base_model.model.bert.embeddings.word_embeddings";
  adapter.tensors[table + ".lora_A.weight"] = at::zeros({3, 8});
  adapter.tensors[table + ".lora_B.weight"] = at::zeros({40, 3});
  CHECK_THROWS_AS(TaskModel::with_adapters(small_model(), on(Path::Packed), {&adapter}), CheckpointError);
}

TEST_CASE("an adapter that cannot be computed is refused by what it is", "[adapters]") {
  files::AdapterConfig config = query_value();
  const auto refused = [&config](const char* text) {
    CHECK_THROWS_AS(TaskModel::with_new_adapter(small_model(), on(Path::Packed), config), CheckpointError);
    CHECK_THROWS_WITH(TaskModel::with_new_adapter(small_model(), on(Path::Packed), config), Catch::Contains(text));
  };
  SECTION("DoRA with a bias on B") {
    config.use_dora = config.lora_bias = true;
    refused("use_dora");
  }
  SECTION("an initialisation that needs data") {
    config.init_lora_weights = "loftq";
    refused("loftq");
  }
  SECTION("an initialisation that is unknown") {
    config.init_lora_weights = "eva";
    refused("eva");
  }
  SECTION("targets that do not exist") {
    config.target_modules.names = {"q_proj"};
    refused("target modules");
  }
}

}  // namespace lorascope::tasks::test
