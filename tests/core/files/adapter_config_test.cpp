#include "core/files/adapter_config.h"

#include <cmath>

#include "core/base/json.h"
#include "tests/core/files/refusal.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::files {
namespace {

namespace fs = std::filesystem;

AdapterConfig parsed(const std::string& text) {
  return parse_adapter_config(text, "adapter_config.json");
}

TEST_CASE("an adapter config of its kind alone has PEFT's defaults", "[files]") {
  const AdapterConfig config = parsed(R"({"peft_type": "LORA"})");
  CHECK(config.rank == 8);
  CHECK(config.alpha == 8);
  CHECK(config.dropout == 0);
  CHECK(config.bias == "none");
  CHECK(config.target_modules.is_empty());
  CHECK(config.init_lora_weights == "true");
  CHECK(!config.use_rslora);
  CHECK(!config.task_type);
}

TEST_CASE("rank, alpha and scaling follow the patterns, the first that fits", "[files]") {
  const AdapterConfig config = parsed(R"({"peft_type": "LORA", "r": 4, "lora_alpha": 8,
      "rank_pattern": {"layer.1.attention.self.query": 2, "query": 16}, "alpha_pattern": {"value": 1.5}})");
  CHECK(config.rank_of("bert.encoder.layer.1.attention.self.query") == 2);
  CHECK(config.rank_of("bert.encoder.layer.11.attention.self.query") == 16);
  CHECK(config.rank_of("bert.encoder.layer.0.attention.self.key") == 4);
  CHECK(config.scaling_of("bert.encoder.layer.0.attention.self.key") == 2);
  CHECK(config.scaling_of("bert.encoder.layer.0.attention.self.query") == 0.5);
  CHECK(config.scaling_of("bert.encoder.layer.0.attention.self.value") == Approx(1.5 / 4));
  AdapterConfig stabilised = config;
  stabilised.use_rslora = true;
  CHECK(stabilised.scaling_of("bert.encoder.layer.0.attention.self.query") == 2);
}

TEST_CASE("targets are chosen as PEFT chooses them", "[files]") {
  AdapterConfig config = parsed(R"({"peft_type": "LORA", "target_modules": ["query", "bert.pooler.dense"],
      "exclude_modules": ["layer.3.attention.self.query"], "layers_to_transform": [1, 3], "modules_to_save": ["pooler"]})");
  CHECK(config.targets("bert.encoder.layer.1.attention.self.query"));
  CHECK(!config.targets("bert.encoder.layer.2.attention.self.query"));
  CHECK(!config.targets("bert.encoder.layer.3.attention.self.query"));
  CHECK(!config.targets("bert.encoder.layer.1.attention.self.value"));
  CHECK(!config.targets("bert.pooler.dense"));  // saved whole instead
  config.modules_to_save.clear();
  CHECK(config.targets("bert.pooler.dense"));  // a whole path stands above layers_to_transform
  config.layers_pattern = {"block"};
  CHECK(!config.targets("bert.encoder.layer.1.attention.self.query"));
  config.layers_pattern = {"block", "layer"};
  CHECK(config.targets("bert.encoder.layer.1.attention.self.query"));
}

TEST_CASE("an adapter config is written with the keys that every PEFT knows", "[files]") {
  AdapterConfig config;
  config.rank = 4;
  config.alpha = 6.5;
  config.task_type = "TOKEN_CLS";
  config.target_modules.names = {"query", "value"};
  config.modules_to_save = {"classifier", "score"};
  const std::string text = adapter_config_text(config);
  const Json json = Json::parse(text);
  CHECK(json.size() == 24);
  for (const char* key : {"exclude_modules", "lora_bias", "peft_version", "qalora_group_size", "use_qalora"}) {
    CHECK(!json.contains(key));
  }
  CHECK(json.at("inference_mode") == true);
  CHECK(json.at("lora_alpha") == 6.5);
  CHECK(json.at("auto_mapping").is_null());
  CHECK(json.at("loftq_config") == Json::object());
  CHECK(json.at("megatron_core") == "megatron.core");
  CHECK(text == json.dump(2) + "\n");  // sorted keys, indented by two
}

TEST_CASE("unknown keys and later keys with a value of their own come back", "[files]") {
  const AdapterConfig config = parsed(R"({"peft_type": "LORA", "a_key_of_tomorrow": {"x": [1, null]}, "lora_bias": true,
      "eva_config": {"rho": 3.0}, "qalora_group_size": 16, "use_qalora": false, "peft_version": "0.30", "lora_alpha": 16.0,
      "alpha_pattern": {"z": 1, "a": 2.5}, "exclude_modules": "x.*"})");
  const std::string text = adapter_config_text(config);
  const OrderedJson json = OrderedJson::parse(text);
  CHECK(json.at("a_key_of_tomorrow").dump() == R"({"x":[1,null]})");
  CHECK(json.at("lora_bias") == true);
  CHECK(json.at("eva_config").dump() == R"({"rho":3.0})");
  CHECK(json.at("exclude_modules") == "x.*");
  CHECK(json.at("lora_alpha").dump() == "16");
  CHECK(json.at("alpha_pattern").dump() == R"({"z":1,"a":2.5})");  // the order has a meaning
  CHECK(!json.contains("qalora_group_size"));
  CHECK(!json.contains("use_qalora"));
  CHECK(!json.contains("peft_version"));
  CHECK(adapter_config_text(parsed(text)) == text);
}

TEST_CASE("a damaged adapter config is refused by its key", "[files][damaged]") {
  const auto refused = [](const std::string& text, const std::string& found) {
    INFO(text.substr(0, 60));
    test::check_refused([&] { parsed(text); }, "adapter_config.json", found);
  };
  const auto with = [](const std::string& field) { return R"({"peft_type": "LORA", )" + field + "}"; };
  refused("", "an empty file");
  refused("[]", "a list of 0");
  refused("{}", "peft_type: found null");
  refused(R"({"peft_type": "PREFIX_TUNING"})", "PREFIX_TUNING");
  refused(R"({"peft_type": ["LORA"]})", "peft_type");
  refused(with(R"("r": 0)"), "r: found 0");
  refused(with(R"("r": -8)"), "r: found -8");
  refused(with(R"("r": "8")"), "r: found the text \"8\"");
  refused(with(R"("r": 1e30)"), "r: found 1e+30");
  refused(with(R"("r": NaN)"), "no valid JSON");
  refused(with(R"("lora_alpha": "16")"), "lora_alpha");
  refused(with(R"("lora_alpha": 1e300)"), "lora_alpha");
  refused(with(R"("lora_dropout": 2)"), "lora_dropout: found 2");
  refused(with(R"("bias": "some")"), "\"some\"");
  refused(with(R"("target_modules": [1])"), "target_modules");
  refused(with(R"("target_modules": {"a": 1})"), "target_modules: found an object");
  refused(with(R"("rank_pattern": [1])"), "rank_pattern: found a list");
  refused(with(R"("rank_pattern": {"a": 0})"), "rank_pattern: a: found 0");
  refused(with(R"("rank_pattern": {"a": 1.5})"), "rank_pattern: a: found 1.5");
  refused(with(R"("alpha_pattern": {"a": "1"})"), "alpha_pattern: a");
  refused(with(R"("layers_to_transform": ["1"])"), "layers_to_transform");
  refused(with(R"("layers_to_transform": [-1])"), "layers_to_transform");
  refused(with(R"("use_rslora": 1)"), "use_rslora: found 1");
  refused(with(R"("init_lora_weights": 3)"), "init_lora_weights: found 3");
  refused(with(R"("target_parameters": ["a"])"), "target_parameters");
  refused(with(R"("r": 4, "r": 8)"), "\"r\" twice");
}

TEST_CASE("PEFT's own configs are read", "[files][golden]") {
  const fs::path golden = test::shared_folder().empty() ? fs::path() : test::shared_folder() / "golden/peft";
  if (golden.empty() || !fs::exists(golden)) {
    WARN("no golden files");
    return;
  }
  int configs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(golden)) {
    if (entry.path().filename() != "adapter_config.json") continue;
    INFO(entry.path().string());
    const AdapterConfig config = read_adapter_config(entry.path());
    const std::string text = adapter_config_text(config);
    CHECK(adapter_config_text(parsed(text)) == text);
    CHECK(parsed(text).scaling_of("a.query") == config.scaling_of("a.query"));
    ++configs;
  }
  CHECK(configs > 20);
}

}  // namespace
}  // namespace lorascope::files
