#include "core/files/adapter_folder.h"

#include <ATen/ATen.h>

#include "core/files/adapter_match.h"
#include "core/files/safetensors.h"
#include "tests/core/files/refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace lorascope::files {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFirst = "base_model.model.bert.encoder.layer.0.attention.self.query";

TEST_CASE("a written adapter folder is read back whole", "[files]") {
  const test::TemporaryFolder folder;
  test::write_tiny_adapter(folder.path() / "adapter");
  const AdapterFolder adapter = read_adapter_folder(folder.path() / "adapter");
  CHECK(adapter.config.rank == 3);
  CHECK(adapter.config.modules_to_save == std::vector<std::string>{"classifier", "score"});
  const std::vector<LoraModule> modules = adapter.modules();
  REQUIRE(modules.size() == 4);
  CHECK(modules[0].path == "bert.encoder.layer.0.attention.self.query");
  CHECK(modules[3].path == "bert.encoder.layer.1.attention.self.value");
  CHECK(modules[0].scaling == 2);
  CHECK(at::equal(modules[0].a, adapter.tensors.at(std::string(kFirst) + ".lora_A.weight")));
  CHECK(modules[0].b_name == std::string(kFirst) + ".lora_B.weight");
  CHECK(adapter.other_names() ==
        std::vector<std::string>{"base_model.model.classifier.bias", "base_model.model.classifier.weight"});
  CHECK(SafetensorsFile(folder.path() / "adapter/adapter_model.safetensors").metadata().at("format") == "pt");
}

TEST_CASE("modules stand in the order of their layers", "[files]") {
  AdapterFolder adapter;
  adapter.config.rank = 1;
  for (const int layer : {0, 2, 10}) {
    const std::string path = "base_model.model.layers." + std::to_string(layer) + ".q_proj.lora_";
    adapter.tensors[path + "A.weight"] = at::ones({1, 4});
    adapter.tensors[path + "B.weight"] = at::ones({5, 1});
  }
  const auto modules = adapter.modules();
  CHECK(modules[1].path == "layers.2.q_proj");
  CHECK(modules[2].path == "layers.10.q_proj");
}

TEST_CASE("convolutions, embeddings, magnitudes and biases have their places", "[files]") {
  AdapterFolder adapter;
  adapter.config.rank = 2;
  adapter.tensors = {{"base_model.model.conv.lora_A.weight", at::ones({2, 3, 5, 5})},
                     {"base_model.model.conv.lora_B.weight", at::ones({7, 2, 1, 1})},
                     {"base_model.model.words.lora_embedding_A", at::ones({2, 30})},
                     {"base_model.model.words.lora_embedding_B", at::ones({6, 2})},
                     {"base_model.model.query.lora_A.weight", at::ones({2, 4})},
                     {"base_model.model.query.lora_B.weight", at::ones({5, 2})},
                     {"base_model.model.query.lora_B.bias", at::ones({5})},
                     {"base_model.model.query.lora_magnitude_vector", at::ones({5})}};
  const auto modules = adapter.modules();
  REQUIRE(modules.size() == 3);
  CHECK(modules[0].a.sizes() == at::IntArrayRef({2, 75}));
  CHECK(modules[0].b.sizes() == at::IntArrayRef({7, 2}));
  CHECK(modules[1].magnitude.defined());
  CHECK(modules[1].b_bias.defined());
  CHECK(modules[2].is_embedding);
  CHECK(!modules[0].is_embedding);
}

TEST_CASE("an adapter is placed on its model, names without the family's prefix too", "[files]") {
  const ModelConfig config = test::tiny_config();
  AdapterFolder adapter;
  adapter.config.rank = 3;
  adapter.config.target_modules.names = {"query", "value"};
  const TensorMap tensors = test::tiny_adapter_tensors(config, adapter.config, 1, 5);
  for (const bool is_headless : {false, true}) {
    adapter.tensors.clear();
    for (const auto& [file_name, tensor] : tensors) {
      std::string name = file_name;
      const std::size_t at = name.find("bert.");
      if (is_headless && at != std::string::npos) name.erase(at, 5);
      adapter.tensors[name] = tensor;
    }
    const AdapterMatch match = match_adapter(adapter, config, false);
    REQUIRE(match.modules.size() == 4);
    CHECK(match.modules[0].path == "bert.encoder.layer.0.attention.self.query");
    CHECK(match.head.at("classifier.weight").file_name == "base_model.model.classifier.weight");
    CHECK(match.missing.empty());
    CHECK(match.unexpected.empty());
  }
}

TEST_CASE("what an adapter lacks and what does not belong to the model is reported", "[files]") {
  const ModelConfig config = test::tiny_config();
  AdapterFolder adapter;
  adapter.config.rank = 3;
  adapter.config.target_modules.names = {"query", "value"};
  adapter.tensors = test::tiny_adapter_tensors(config, adapter.config, 1, 0);
  adapter.tensors.erase(std::string(kFirst) + ".lora_A.weight");
  adapter.tensors.erase(std::string(kFirst) + ".lora_B.weight");
  adapter.tensors["base_model.model.bert.encoder.layer.7.attention.self.query.lora_A.weight"] = at::ones({3, 8});
  adapter.tensors["base_model.model.bert.encoder.layer.7.attention.self.query.lora_B.weight"] = at::ones({8, 3});
  adapter.tensors["base_model.model.score.weight"] = at::ones({2, 8});
  adapter.tensors["base_model.model.bert.encoder.layer.0.attention.self.value.base_layer.bias"] = at::ones({8});
  adapter.tensors["base_model.model.bert.embeddings.LayerNorm.bias"] = at::ones({8});
  adapter.tensors["base_model.model.classifier.original_module.bias"] = at::ones({5});
  const AdapterMatch match = match_adapter(adapter, config, false);
  CHECK(match.modules.size() == 3);
  CHECK(match.missing == std::vector<std::string>{"bert.encoder.layer.0.attention.self.query"});
  CHECK(match.unexpected.size() == 3);
  CHECK(match.replaced.size() == 2);
  CHECK(match.replaced.count("bert.encoder.layer.0.attention.self.value.bias") == 1);
  CHECK(match.head.empty());
}

TEST_CASE("PEFT's own adapters for BERT are placed without a remainder", "[files][golden]") {
  const fs::path golden = test::shared_folder().empty() ? fs::path() : test::shared_folder() / "golden/peft";
  if (golden.empty() || !fs::exists(golden)) {
    WARN("no golden files");
    return;
  }
  int folders = 0;
  for (const auto& entry : fs::directory_iterator(golden)) {
    const fs::path model = entry.path() / "model";
    const std::string name = entry.path().filename().string();
    if (name.rfind("bert-", 0) != 0 || !fs::exists(entry.path() / "adapter/adapter_model.safetensors")) continue;
    INFO(name);
    const AdapterFolder adapter = read_adapter_folder(entry.path() / "adapter");
    const AdapterMatch match = match_adapter(adapter, read_model_config(model / "config.json"), true);
    CHECK(match.missing.empty());
    CHECK(match.unexpected.empty());
    CHECK(match.modules.size() == adapter.modules().size());
    ++folders;
  }
  CHECK(folders > 15);
}

}  // namespace
}  // namespace lorascope::files
