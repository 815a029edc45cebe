#include <ATen/ATen.h>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "core/files/safetensors.h"
#include "tests/core/files/refusal.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace lorascope::files {
namespace {

ModelFolder reopened(const TensorMap& tensors, const ModelConfig& config, const test::TemporaryFolder& folder) {
  write_model_folder(folder.path() / "model", config, tensors, {"DistilBertForMultipleChoice", {}, {}});
  return load_model_folder(folder.path() / "model");
}

}  // namespace

TEST_CASE("a DistilBERT config has keys of its own", "[files]") {
  const ModelConfig config = parse_model_config(
      R"({"model_type": "distilbert", "vocab_size": 30, "dim": 8, "n_layers": 3, "n_heads": 2, "hidden_dim": 12,
          "activation": "relu", "dropout": 0.2, "attention_dropout": 0.3, "qa_dropout": 0.4,
          "seq_classif_dropout": 0.5, "sinusoidal_pos_embds": true, "hidden_size": 99})",
      "config.json");
  CHECK(config.family == Family::DistilBert);
  CHECK(config.hidden_size == 8);
  CHECK(config.num_layers == 3);
  CHECK(config.num_heads == 2);
  CHECK(config.intermediate_size == 12);
  CHECK(config.max_positions == 512);
  CHECK(config.type_vocab_size == 0);
  CHECK(config.activation == Activation::Relu);
  CHECK(config.layer_norm_eps == 1e-12);
  CHECK(config.hidden_dropout == 0.2);
  CHECK(config.attention_dropout == 0.3);
  CHECK(config.span_dropout == 0.4);
  CHECK(config.choice_dropout == 0.5);
  CHECK(config.frozen_positions);
  test::check_refused([] { parse_model_config(R"({"model_type": "distilbert", "vocab_size": 30})", "config.json"); },
                      "config.json", "n_heads");
}

TEST_CASE("a DistilBERT folder that was written is read again with the same numbers", "[files]") {
  const test::TemporaryFolder folder;
  ModelConfig config = test::tiny_distilbert_config();
  config.frozen_positions = true;
  config.activation = Activation::Silu;
  const TensorMap tensors = test::tiny_tensors(config, 3, 1, true);
  const ModelFolder model = reopened(tensors, config, folder);
  CHECK(model.has_pooler());
  CHECK(model.report.missing.empty());
  CHECK(model.report.unexpected.empty());
  CHECK(model.config.frozen_positions);
  CHECK(model.config.choice_dropout == config.choice_dropout);
  CHECK(model.config.activation == Activation::Silu);
  REQUIRE(model.tensors.size() == tensors.size());
  for (const auto& [name, tensor] : tensors) CHECK(at::equal(model.tensors.at(name), tensor));
  const Json written = Json::parse(read_file(folder.path() / "model/config.json"));
  CHECK(written.at("model_type") == "distilbert");
  CHECK(written.at("dim") == config.hidden_size);
  CHECK_FALSE(written.contains("hidden_size"));
}

TEST_CASE("a bare DistilBERT with a pre-training head is read; its names are the task model's", "[files]") {
  const test::TemporaryFolder folder;
  const ModelConfig config = test::tiny_distilbert_config();
  TensorMap bare;
  for (const auto& [name, tensor] : test::tiny_tensors(config, 3, 0))
    bare[name.substr(std::string("distilbert.").size())] = tensor;
  bare["vocab_transform.weight"] = at::zeros({8, 8});
  bare["vocab_projector.bias"] = at::zeros({40});
  const ModelFolder model = reopened(bare, config, folder);
  CHECK(model.tensors.count("distilbert.transformer.layer.1.ffn.lin2.weight") == 1);
  CHECK(model.report.ignored.size() == 2);
  CHECK(model.report.missing == std::vector<std::string>{"pre_classifier.weight", "pre_classifier.bias"});
  CHECK_FALSE(model.has_pooler());
}

TEST_CASE("half a DistilBERT choice head is refused", "[files][damaged]") {
  const test::TemporaryFolder folder;
  const ModelConfig config = test::tiny_distilbert_config();
  TensorMap tensors = test::tiny_tensors(config, 3, 1, true);
  tensors.erase("pre_classifier.bias");
  test::check_refused([&] { reopened(tensors, config, folder); }, "model", "pre_classifier.bias");
}

}  // namespace lorascope::files
