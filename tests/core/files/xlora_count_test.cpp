#include "core/files/xlora_count.h"

#include <filesystem>

#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::files {
namespace {

ModelConfig real_model(const std::string& name) {
  const bool is_large = name == "bert-large-uncased";
  if (name == "distilbert-base-uncased")
    return parse_model_config(R"({"model_type": "distilbert", "vocab_size": 30522, "dim": 768, "n_layers": 6,
      "n_heads": 12, "hidden_dim": 3072, "max_position_embeddings": 512, "activation": "gelu"})",
                              name);
  const std::string hidden = is_large ? "1024" : "768", layers = is_large ? "24" : "12";
  return parse_model_config(R"({"model_type": "bert", "vocab_size": 30522, "hidden_size": )" + hidden +
                                R"(, "num_hidden_layers": )" + layers + R"(, "num_attention_heads": )" +
                                (is_large ? "16" : "12") + R"(, "intermediate_size": )" + (is_large ? "4096" : "3072") +
                                R"(, "max_position_embeddings": 512})",
                            name);
}

AdapterConfig query_and_value(const std::string& model) {
  AdapterConfig config;
  config.rank = 8;
  config.target_modules.names = {"query", "value"};
  if (model == "distilbert-base-uncased") config.target_modules.names = {"q_lin", "v_lin"};
  return config;
}

XloraConfig gate(std::size_t adapters, bool is_layerwise, std::int64_t depth, std::int64_t size) {
  XloraConfig config;
  config.adapters.assign(adapters, "any");
  config.is_layerwise = is_layerwise;
  config.depth = depth;
  config.size = size;
  return config;
}

TEST_CASE("The paper's table of X-LoRA's parameters is the package's print of depth 8 and width 2048", "[files]") {
  const XloraCount base = xlora_parameters(real_model("bert-base-uncased"), {0, true},
                                           query_and_value("bert-base-uncased"), gate(3, true, 8, 2048));
  CHECK(base.printed_all() == 164168080);       // 164M
  CHECK(base.printed_trainable() == 53801104);  // 53M
  CHECK(base.gate == 26900552);
  const XloraCount large = xlora_parameters(real_model("bert-large-uncased"), {0, true},
                                            query_and_value("bert-large-uncased"), gate(3, true, 8, 2048));
  CHECK(large.printed_all() == 392645920);                // 392M
  CHECK(large.printed_trainable_unfrozen() == 57504032);  // 57M
}

TEST_CASE("A gate of one layer on BERT-base has 2,307 parameters, or 55,368 with an output a module", "[files]") {
  CHECK(gate_parameters(gate(3, false, 1, 2048), 768, 24) == 2307);
  CHECK(gate_parameters(gate(3, true, 1, 2048), 768, 24) == 55368);
  CHECK(gate_parameters(gate(3, false, 2, 128), 768, 24) == 98819);
}

TEST_CASE("Parameters of real models under X-LoRA are the golden ones", "[files]") {
  const auto file = test::shared_folder() / "golden" / "xlora" / "counts.json";
  if (test::shared_folder().empty() || !std::filesystem::exists(file)) {
    WARN("no golden files beside the checkout: skipped");
    return;
  }
  const Json counts = Json::parse(read_file(file));
  for (const Json& row : counts.at("rows")) {
    CAPTURE(row.dump());
    const std::string model = row.at("model");
    AdapterConfig adapter = query_and_value(model);
    adapter.rank = row.at("rank");
    const XloraCount count =
        xlora_parameters(real_model(model), {0, model.rfind("bert", 0) == 0}, adapter,
                         gate(row.at("adapters"), row.at("layerwise"), row.at("depth"), row.at("size")));
    CHECK(num_adapted_modules(real_model(model), adapter) == row.at("targets"));
    CHECK(count.base == row.at("base"));
    CHECK(count.lora == row.at("lora"));
    CHECK(count.gate == row.at("gate"));
    CHECK(count.all() == row.at("once").at("all"));
    CHECK(count.printed_all() == row.at("as_xlora_prints").at("all"));
    CHECK(count.printed_trainable() == row.at("as_xlora_prints").at("trainable_experts_frozen"));
    CHECK(count.printed_trainable_unfrozen() == row.at("as_xlora_prints").at("trainable_experts_unfrozen"));
  }
}

}  // namespace
}  // namespace lorascope::files
