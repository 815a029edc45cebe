#include "core/files/model_config.h"

#include "core/base/json.h"
#include "tests/core/files/refusal.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::files {
namespace {

Json good_config() {
  return {{"vocab_size", 40},         {"hidden_size", 8},        {"num_hidden_layers", 2},
          {"num_attention_heads", 2}, {"intermediate_size", 12}, {"max_position_embeddings", 32}};
}

ModelConfig parsed(const Json& config) {
  return parse_model_config(config.dump(), "config.json");
}

TEST_CASE("a config of sizes alone is BERT's with its defaults", "[files]") {
  const ModelConfig config = parsed(good_config());
  CHECK(config.family == Family::Bert);
  CHECK(config.type_vocab_size == 2);
  CHECK(config.layer_norm_eps == 1e-12);
  CHECK(config.activation == Activation::Gelu);
  CHECK(config.hidden_dropout == 0.1);
  CHECK(config.head_dropout() == 0.1);
  CHECK(config.head_size() == 4);
  CHECK(config.labels.empty());
  CHECK(config.pad_token_id == 0);
}

TEST_CASE("a config's own values are taken", "[files]") {
  Json json = good_config();
  json["model_type"] = "bert";
  json["hidden_act"] = "gelu_new";
  json["layer_norm_eps"] = 1e-5;
  json["classifier_dropout"] = 0.25;
  json["hidden_dropout_prob"] = 0;
  json["pad_token_id"] = nullptr;
  json["id2label"] = {{"1", "B"}, {"0", "A"}, {"2", "C"}};
  json["architectures"] = {"BertForTokenClassification"};
  const ModelConfig config = parsed(json);
  CHECK(config.activation == Activation::GeluTanh);
  CHECK(config.layer_norm_eps == 1e-5);
  CHECK(config.head_dropout() == 0.25);
  CHECK(config.hidden_dropout == 0);
  CHECK(config.labels == std::vector<std::string>{"A", "B", "C"});
  CHECK(config.architectures == std::vector<std::string>{"BertForTokenClassification"});
}

TEST_CASE("more than nine labels keep the order of their ids", "[files]") {
  Json json = good_config();
  for (int id = 0; id < 13; ++id) json["id2label"][std::to_string(id)] = "L" + std::to_string(id);
  CHECK(parsed(json).labels[10] == "L10");
  CHECK(parsed(json).labels[2] == "L2");
}

struct Damage {
  const char* key;
  Json value;
  const char* found;
};

TEST_CASE("a config with a wrong value is refused by its key", "[files][damaged]") {
  const std::vector<Damage> damages = {
      {"model_type", "gpt2", "gpt2"},
      {"model_type", 7, "model_type: found 7"},
      {"hidden_size", "8", "hidden_size: found the text \"8\""},
      {"hidden_size", -8, "hidden_size: found -8"},
      {"hidden_size", 8.5, "hidden_size: found 8.5"},
      {"hidden_size", 1'000'000'000, "hidden_size: found 1000000000"},
      {"hidden_size", nullptr, "hidden_size: found no such key"},
      {"vocab_size", 0, "vocab_size: found 0"},
      {"vocab_size", true, "vocab_size: found true"},
      {"vocab_size", 18446744073709551615U, "vocab_size: found 18446744073709551615"},
      {"num_hidden_layers", Json::array(), "num_hidden_layers: found a list"},
      {"num_attention_heads", 0, "num_attention_heads: found 0"},
      {"num_attention_heads", 3, "num_attention_heads: found 3"},
      {"pad_token_id", 40, "pad_token_id: found 40"},
      {"hidden_act", "mish", "mish"},
      {"hidden_act", 3, "hidden_act: found 3"},
      {"layer_norm_eps", "1e-12", "layer_norm_eps"},
      {"layer_norm_eps", -1, "layer_norm_eps: found -1"},
      {"hidden_dropout_prob", 1.5, "hidden_dropout_prob: found 1.5"},
      {"position_embedding_type", "relative_key", "relative_key"},
      {"position_embedding_type", "relative_key_query", "relative_key_query"},
      {"is_decoder", true, "is_decoder: found true"},
      {"quantization_config", {{"bits", 4}}, "quantization_config"},
      {"id2label", {"A", "B"}, "id2label: found a list of 2"},
      {"id2label", {{"0", "A"}, {"2", "B"}}, "id2label"},
      {"id2label", {{"0", 7}}, "id2label: found 7"},
      {"architectures", "Bert", "architectures: found the text"},
  };
  for (const Damage& damage : damages) {
    INFO(damage.key << " " << damage.value);
    Json json = good_config();
    json[damage.key] = damage.value;
    test::check_refused([&] { parsed(json); }, "config.json", damage.found);
  }
}

TEST_CASE("a config that is no JSON object is refused with its place", "[files][damaged]") {
  const auto refused = [](const std::string& text, const std::string& found) {
    INFO(text.substr(0, 20));
    test::check_refused([&] { parse_model_config(text, "config.json"); }, "config.json", found);
  };
  refused("", "an empty file");
  refused("[]", "a list of 0");
  refused("null", "null");
  refused("{\"a\": 1,\n \"b\": }", "config.json:2:7");
  refused("\x89PNG\r\n", "no valid JSON");
  refused("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}", "nested more than 64");
  refused(std::string(100'000, '['), "nested more than 64");
  refused("{\"vocab_size\": 1, \"vocab_size\": 2}", "\"vocab_size\" twice");
}

TEST_CASE("all problems of a config are told at once", "[files][damaged]") {
  Json json = good_config();
  json["hidden_size"] = "8";
  json["hidden_act"] = "mish";
  json.erase("vocab_size");
  try {
    parsed(json);
    FAIL("was not refused");
  } catch (const CheckpointError& error) {
    CHECK(error.problems().size() >= 3);
    for (const char* key : {"hidden_size", "hidden_act", "vocab_size"}) {
      CHECK_THAT(error.message(), Catch::Contains(key));
    }
  }
}

TEST_CASE("the encoder's tensors are those of the published sizes", "[files]") {
  Json json = good_config();
  json["vocab_size"] = 30522;
  json["hidden_size"] = 384;
  json["num_hidden_layers"] = 6;
  json["num_attention_heads"] = 12;
  json["intermediate_size"] = 1536;
  json["max_position_embeddings"] = 512;
  std::int64_t parameters = 0;
  for (const EncoderTensor& tensor : encoder_tensors(parsed(json), true)) {
    std::int64_t product = 1;
    for (const std::int64_t extent : tensor.shape) product *= extent;
    parameters += product;
  }
  CHECK(parameters == 22'713'216);
}

}  // namespace
}  // namespace lorascope::files
