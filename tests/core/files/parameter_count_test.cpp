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

ModelConfig published(const std::string& name) {
  ModelConfig config = name.find("large") != std::string::npos ? bert(1024, 24, 16) : bert(768, 12, 12);
  if (name.find("-cased") != std::string::npos) config.vocab_size = 28996;
  if (name.rfind("distilbert", 0) != 0) return config;
  config.family = Family::DistilBert;
  config.num_layers = 6;
  config.type_vocab_size = 0;
  return config;
}

TEST_CASE("parameters of the published sizes", "[files]") {
  CHECK(full_parameters(bert(384, 6, 12), {0, true}).all == 22'713'216);
  CHECK(full_parameters(bert(768, 12, 12), {0, true}).all == 109'482'240);
  CHECK(full_parameters(bert(768, 12, 12), {0, false}).all == 108'891'648);
  CHECK(full_parameters(bert(1024, 24, 16), {0, true}).all == 335'141'888);
  CHECK(full_parameters(bert(128, 2, 2), {0, true}).all == 4'385'920);
  CHECK(full_parameters(published("distilbert-base-uncased"), {0, false}).all == 66'362'880);
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
    INFO(row.dump());
    const ModelConfig config = published(row.at("model").get<std::string>());
    const auto task = row.at("task").get<std::string>();
    const auto variant = row.at("variant").get<std::string>();
    const std::int64_t rows = task == "wnut17" ? 13 : task == "squad" ? 2 : 1;
    AdapterConfig adapter;
    adapter.rank = row.at("r").get<std::int64_t>();
    adapter.target_modules.names = row.at("target_modules").get<std::vector<std::string>>();
    adapter.use_dora = variant == "dora";
    const HeadShape head{rows, task == "swag", variant != "no head"};
    const ParameterCount lora = lora_parameters(config, head, adapter);
    CHECK(full_parameters(config, head).all == row.at("base").get<std::int64_t>());
    CHECK(lora.adapter == row.at("lora").get<std::int64_t>());
    CHECK(lora.trainable == row.at("trainable").get<std::int64_t>());
    CHECK(lora.all == row.at("all").get<std::int64_t>());
    ++compared;
  }
  CHECK(compared > 50);
}

TEST_CASE("parameters of the golden models and adapters", "[files][golden]") {
  const auto golden = test::shared_folder() / "golden";
  if (test::shared_folder().empty() || !std::filesystem::exists(golden / "peft")) {
    WARN("no golden files");
    return;
  }
  int compared = 0;
  for (const char* kind : {"models", "peft"}) {
    for (const auto& entry : std::filesystem::directory_iterator(golden / kind)) {
      const std::string name = entry.path().filename().string();
      const bool is_case = name.find("bert-") != std::string::npos && std::filesystem::exists(entry.path() / "model");
      if (!is_case) continue;
      const Json recorded = Json::parse(read_file(entry.path() / "case.json"));
      const ModelDescription model = describe_model_folder(entry.path() / "model");
      const bool is_choice = name.find("-swag-") != std::string::npos;
      const auto head = model.tensors.find(name.find("-squad-") != std::string::npos ? "qa_outputs.weight"
                                                                                     : "classifier.weight");
      if (!recorded.contains("parameters") || head == model.tensors.end()) continue;
      if (name == "bert-squad-named-folder") continue;  // its adapter lies deeper
      INFO(kind << "/" << name);
      HeadShape shape{head->second.shape.front(), is_choice};
      ParameterCount count = full_parameters(model.config, shape);
      if (std::filesystem::exists(entry.path() / "adapter")) {
        const AdapterConfig adapter = read_adapter_config(entry.path() / "adapter/adapter_config.json");
        if (adapter.bias != "none") continue;  // biases are no part of this count
        shape.is_trained = !adapter.modules_to_save.empty();
        count = lora_parameters(model.config, shape, adapter);
      }
      CHECK(count.all == recorded.at("parameters").at("all").get<std::int64_t>());
      CHECK(count.trainable == recorded.at("parameters").at("trainable").get<std::int64_t>());
      ++compared;
    }
  }
  CHECK(compared > 40);
}

}  // namespace
}  // namespace lorascope::files
