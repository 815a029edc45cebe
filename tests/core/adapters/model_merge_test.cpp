#include "core/adapters/model_merge.h"

#include "core/adapters/lora.h"
#include "core/base/error.h"
#include "core/files/adapter_match.h"
#include "tests/core/adapters/numbers.h"
#include "tests/support/tiny_model.h"

namespace lorascope::adapters::test {
namespace {

files::ModelFolder tiny_folder() {
  files::ModelFolder model;
  model.folder = "tiny model";
  model.config = lorascope::test::tiny_config();
  model.tensors = lorascope::test::tiny_tensors(model.config, 1, 4, true);
  return model;
}

files::AdapterFolder tiny_adapter(const std::string& init, std::int64_t num_labels) {
  files::AdapterFolder adapter;
  adapter.folder = "tiny adapter";
  adapter.config.task_type = "TOKEN_CLS";
  adapter.config.rank = 2;
  adapter.config.alpha = 6;
  adapter.config.init_lora_weights = init;
  adapter.config.target_modules.names = {"query", "output.dense"};
  adapter.tensors =
      lorascope::test::tiny_adapter_tensors(lorascope::test::tiny_config(), adapter.config, 2, num_labels);
  return adapter;
}

const std::string kQuery = "bert.encoder.layer.1.attention.self.query";
const std::string kOutput = "bert.encoder.layer.0.output.dense";

at::Tensor delta(const files::AdapterFolder& adapter, const std::string& path) {
  for (const files::LoraModule& module : adapter.modules())
    if (module.path == path) return dense({module.b, module.a, module.scaling});
  FAIL("no module " << path);
  return {};
}

}  // namespace

TEST_CASE("a merged model holds W + ΔW, the adapter's head and no tensor too many", "[adapters]") {
  const files::ModelFolder model = tiny_folder();
  const files::AdapterFolder adapter = tiny_adapter("true", 4);
  const MergedModel merged = merge_into_model(model, {adapter});
  CHECK(merged.architecture == "BertForTokenClassification");
  CHECK(merged.tensors.size() == model.tensors.size() - 2);  // without the pooler
  for (const std::string& path : {kQuery, kOutput}) {
    const at::Tensor expected = model.tensors.at(path + ".weight").to(at::kDouble) + delta(adapter, path);
    CHECK(deviation(merged.tensors.at(path + ".weight"), expected) < kTolerance);
  }
  CHECK(at::equal(merged.tensors.at("classifier.weight"), adapter.tensors.at("base_model.model.classifier.weight")));
  const std::string untouched = "bert.encoder.layer.0.intermediate.dense.weight";
  CHECK(at::equal(merged.tensors.at(untouched), model.tensors.at(untouched)));
}

TEST_CASE("several adapters are summed into the model", "[adapters]") {
  const files::ModelFolder model = tiny_folder();
  const files::AdapterFolder adapter = tiny_adapter("true", 4);
  const MergedModel merged = merge_into_model(model, {adapter, adapter});
  const at::Tensor expected = model.tensors.at(kQuery + ".weight").to(at::kDouble) + delta(adapter, kQuery) * 2;
  CHECK(deviation(merged.tensors.at(kQuery + ".weight"), expected) < kTolerance);
}

TEST_CASE("an adapter that changes the base computes the same in every form", "[adapters]") {
  const std::string init = GENERATE("pissa", "pissa_niter_2", "olora");
  const bool is_rslora = GENERATE(false, true);
  const files::ModelFolder model = tiny_folder();
  files::AdapterFolder adapter = tiny_adapter(init, 4);
  adapter.config.use_rslora = is_rslora;
  adapter.config.rank_pattern = {{"layer.0.output.dense", 3}};
  adapter.config.alpha_pattern = {{"layer.0.output.dense", 4}};
  adapter.tensors = lorascope::test::tiny_adapter_tensors(lorascope::test::tiny_config(), adapter.config, 2, 4);
  const files::AdapterMatch match = files::match_adapter(adapter, model.config, true);

  nn::Encoder trained = nn::make_encoder(model.config, model.tensors, true, false);
  const AttachedAdapter attached = attach_stored_adapter(trained, adapter.config, match, true);
  CHECK(attached.taken_out.size() == 6);
  nn::Encoder frozen = nn::make_encoder(model.config, model.tensors, true, false);
  attach_stored_adapter(frozen, adapter.config, match, false);
  CHECK(at::equal(frozen.layers[0].output.weight.value, model.tensors.at(kOutput + ".weight")));
  CHECK(frozen.layers[0].output.adapters[0].a.value.size(0) == 6);

  const files::AdapterFolder plain = plain_form(adapter, model);
  CHECK(plain.config.init_lora_weights == "true");
  CHECK(plain.config.rank == 4);
  CHECK(plain.tensors.count("base_model.model.classifier.weight") == 1);
  const at::Tensor expected = merged(trained).layers[0].output.weight.value;
  CHECK(deviation(merged(frozen).layers[0].output.weight.value, expected) < kTolerance);
  const at::Tensor sum = model.tensors.at(kOutput + ".weight").to(at::kDouble) + delta(plain, kOutput);
  CHECK(deviation(sum, expected) < kTolerance);
  // The folder's own tensors are as they were.
  CHECK(deviation(model.tensors.at(kOutput + ".weight"), tiny_folder().tensors.at(kOutput + ".weight")) == 0);
}

TEST_CASE("a fresh adapter that changes the base leaves the merged weight as it was", "[adapters]") {
  const files::ModelFolder model = tiny_folder();
  nn::Encoder encoder = nn::make_encoder(model.config, model.tensors, true, false);
  files::AdapterConfig config = tiny_adapter(GENERATE("pissa", "olora", "pissa_niter_3"), 0).config;
  config.use_dora = GENERATE(false, true);
  attach_new_adapter(encoder, config, 3);
  CHECK(deviation(encoder.layers[1].query.weight.value, model.tensors.at(kQuery + ".weight")) > 0.01);
  const nn::Encoder whole = merged(encoder);
  CHECK(deviation(whole.layers[1].query.weight.value, model.tensors.at(kQuery + ".weight")) < kTolerance);
  CHECK(deviation(whole.layers[0].output.weight.value, model.tensors.at(kOutput + ".weight")) < kTolerance);
}

TEST_CASE("modules_to_save means encoder modules by the end of their path", "[adapters]") {
  const files::ModelFolder model = tiny_folder();
  nn::Encoder encoder = nn::make_encoder(model.config, model.tensors, true, false);
  files::AdapterConfig config = tiny_adapter("true", 0).config;
  config.modules_to_save = {"classifier", "ooler"};
  const AttachedAdapter attached = attach_new_adapter(encoder, config, 3);
  CHECK(encoder.pooler->weight.is_trained());
  CHECK(attached.copied_values == 8 * 8 + 8);
  CHECK(attached.weights.back().name == "base_model.model.bert.pooler.dense.bias");
  CHECK_FALSE(encoder.embedding_norm.weight.is_trained());
  SECTION("a part of the joined projection too, in place") {
    nn::Encoder other = nn::make_encoder(model.config, model.tensors, true, false);
    config.modules_to_save = {"key"};
    attach_new_adapter(other, config, 3);
    nn::EncoderLayer& layer = other.layers[0];
    CHECK(layer.key.weight.is_trained());
    CHECK_FALSE(layer.qkv_weight.is_trained());
    layer.key.weight.value.fill_(3);
    CHECK(layer.qkv_weight.value.select(0, 8).min().item<float>() == 3);
    CHECK(model.tensors.at("bert.encoder.layer.0.attention.self.key.weight").max().item<float>() < 3);
  }
}

}  // namespace lorascope::adapters::test
