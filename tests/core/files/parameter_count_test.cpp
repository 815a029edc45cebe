#include "core/files/parameter_count.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/model_folder.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace lorascope::files {
namespace {

ModelConfig bert(std::int64_t hidden, std::int64_t layers, std::int64_t heads) {
  ModelConfig config;
  config.vocab_size = 30522;
  config.hidden_size = hidden;
  config.num_layers = layers;
  config.num_heads = heads;
  config.intermediate_size = 4 * hidden;
  config.max_positions = 512;
  return config;
}

TEST_CASE("parameters of the published sizes", "[files]") {
  CHECK(full_parameters(bert(384, 6, 12), {0, true}).all == 22'713'216);
  CHECK(full_parameters(bert(768, 12, 12), {0, true}).all == 109'482'240);
  CHECK(full_parameters(bert(768, 12, 12), {0, false}).all == 108'891'648);
  CHECK(full_parameters(bert(1024, 24, 16), {0, true}).all == 335'141'888);
  CHECK(full_parameters(bert(128, 2, 2), {0, true}).all == 4'385'920);
  AdapterConfig adapter;
  adapter.target_modules.names = {"query", "value"};
  const ParameterCount lora = lora_parameters(bert(768, 12, 12), {13, false}, adapter);
  CHECK(lora.adapter == 294'912);
  CHECK(lora.trainable == 304'909);
  CHECK(lora.all == 109'206'554);
}

TEST_CASE("a count equals the sizes of the tensors that are made", "[files]") {
  const ModelConfig config = test::tiny_config();
  AdapterConfig adapter;
  adapter.rank = 3;
  adapter.target_modules.pattern = "all-linear";
  adapter.rank_pattern = {{"query", 2}};
  std::int64_t made = 0;
  for (const auto& [name, tensor] : test::tiny_adapter_tensors(config, adapter, 1, 0)) {
    if (name.find("embeddings") == std::string::npos) made += tensor.numel();
  }
  CHECK(lora_parameters(config, {0, false}, adapter).adapter == made);
  std::int64_t all = 0;
  for (const auto& entry : test::tiny_tensors(config, 1, 7)) all += entry.second.numel();
  CHECK(full_parameters(config, {7, false}).all == all);
}

TEST_CASE("parameters as PEFT counts them", "[files][golden]") {
  const auto shared = test::shared_folder();
  if (shared.empty() || !std::filesystem::exists(shared / "golden/peft/counts.json")) {
    WARN("no golden files");
    return;
  }
  int compared = 0;
  for (const Json& row : Json::parse(read_file(shared / "golden/peft/counts.json"))) {
    const auto model = row.at("model").get<std::string>();
    if (model.rfind("bert-", 0) != 0 || model.find("uncased") == std::string::npos) continue;
    INFO(row.dump());
    const ModelConfig config = model.find("large") != std::string::npos ? bert(1024, 24, 16) : bert(768, 12, 12);
    const auto task = row.at("task").get<std::string>();
    const auto variant = row.at("variant").get<std::string>();
    const std::int64_t rows = task == "wnut17" ? 13 : task == "squad" ? 2 : 1;
    AdapterConfig adapter;
    adapter.rank = row.at("r").get<std::int64_t>();
    adapter.target_modules.names = row.at("target_modules").get<std::vector<std::string>>();
    adapter.use_dora = variant == "dora";
    const HeadShape head{rows, task == "swag"};
    const ParameterCount lora = lora_parameters(config, head, adapter);
    const std::int64_t frozen_head = variant == "no head" ? rows * (config.hidden_size + 1) : 0;
    CHECK(full_parameters(config, head).all == row.at("base").get<std::int64_t>());
    CHECK(lora.adapter == row.at("lora").get<std::int64_t>());
    CHECK(lora.trainable - frozen_head == row.at("trainable").get<std::int64_t>());
    CHECK(lora.all - frozen_head == row.at("all").get<std::int64_t>());
    ++compared;
  }
  CHECK(compared > 10);
}

TEST_CASE("parameters of the golden token models and adapters", "[files][golden]") {
  const auto golden = test::shared_folder() / "golden";
  if (test::shared_folder().empty() || !std::filesystem::exists(golden / "peft")) {
    WARN("no golden files");
    return;
  }
  int compared = 0;
  for (const char* kind : {"models", "peft"}) {
    for (const auto& entry : std::filesystem::directory_iterator(golden / kind)) {
      const std::string name = entry.path().filename().string();
      if (name.rfind("bert-wnut17-", 0) != 0 || !std::filesystem::exists(entry.path() / "model")) continue;
      const Json recorded = Json::parse(read_file(entry.path() / "case.json"));
      const ModelDescription model = describe_model_folder(entry.path() / "model");
      const auto head = model.tensors.find("classifier.weight");
      if (!recorded.contains("parameters") || head == model.tensors.end()) continue;
      INFO(kind << "/" << name);
      const HeadShape shape{head->second.shape.front(), false};
      ParameterCount count = full_parameters(model.config, shape);
      if (std::filesystem::exists(entry.path() / "adapter")) {
        const AdapterConfig adapter = read_adapter_config(entry.path() / "adapter/adapter_config.json");
        const bool has_other_parts = adapter.bias != "none" || adapter.modules_to_save.empty();
        if (has_other_parts) continue;  // biases, or a head that is not trained
        count = lora_parameters(model.config, shape, adapter);
      }
      CHECK(count.all == recorded.at("parameters").at("all").get<std::int64_t>());
      CHECK(count.trainable == recorded.at("parameters").at("trainable").get<std::int64_t>());
      ++compared;
    }
  }
  CHECK(compared > 10);
}

}  // namespace
}  // namespace lorascope::files
