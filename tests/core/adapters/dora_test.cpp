#include "core/nn/dora.h"

#include "core/adapters/lora.h"
#include "core/base/error.h"
#include "core/files/adapter_match.h"
#include "tests/core/adapters/numbers.h"
#include "tests/support/tiny_model.h"

namespace lorascope::adapters::test {
namespace {

files::AdapterConfig dora_config() {
  files::AdapterConfig config;
  config.rank = 2;
  config.alpha = 6;
  config.use_dora = true;
  config.target_modules.names = {"query", "intermediate.dense"};
  return config;
}

nn::Encoder tiny_encoder() {
  const files::ModelConfig config = lorascope::test::tiny_config();
  return nn::make_encoder(config, lorascope::test::tiny_tensors(config, 1, 0), false, false);
}

nn::Dense& first_query(nn::Encoder& encoder) {
  return encoder.layers[0].query;
}

}  // namespace

TEST_CASE("magnitudes start as the row norms of the weight", "[adapters]") {
  nn::Encoder encoder = tiny_encoder();
  const AttachedAdapter attached = attach_new_adapter(encoder, dora_config(), 3);
  const nn::Dense& query = first_query(encoder);
  const at::Tensor norms = query.weight.value.to(at::kDouble).square().sum(1).sqrt();
  CHECK(deviation(query.adapters[0].magnitude.value, norms) < kTolerance);
  CHECK(query.adapters[0].magnitude.is_trained());
  CHECK(attached.weights[2].name == "base_model.model.bert.encoder.layer.0.attention.self.query.lora_magnitude_vector");
  CHECK(deviation(nn::row_scale(query.weight.value, query.adapters[0]).scale, at::ones({8})) < kTolerance);
}

TEST_CASE("merging with DoRA gives rows of the length that the magnitude says", "[adapters]") {
  nn::Encoder encoder = tiny_encoder();
  attach_new_adapter(encoder, dora_config(), 3);
  nn::LowRank& adapter = first_query(encoder).adapters[0];
  adapter.b.value.copy_(numbers({8, 2}, "b"));
  adapter.magnitude.value.copy_(numbers({8}, "m"));
  nn::Encoder whole = merged(encoder);
  const at::Tensor sum =
      first_query(encoder).weight.value.to(at::kDouble) + dense({adapter.b.value, adapter.a.value, adapter.scaling});
  const at::Tensor expected = sum / sum.square().sum(1, true).sqrt() * adapter.magnitude.value.unsqueeze(1);
  CHECK(deviation(first_query(whole).weight.value, expected) < kTolerance);
  CHECK(deviation(whole.layers[0].qkv_weight.value.narrow(0, 0, 8), expected) < kTolerance);
}

TEST_CASE("magnitudes are in the file where the config says so, and are not used where it does not", "[adapters]") {
  files::AdapterFolder adapter;
  adapter.folder = "adapter";
  adapter.config = dora_config();
  const files::ModelConfig config = lorascope::test::tiny_config();
  adapter.tensors = lorascope::test::tiny_adapter_tensors(config, adapter.config, 2, 0);
  CHECK_THROWS_WITH(adapter.modules(), Catch::Contains("no lora_magnitude_vector"));
  adapter.config.use_dora = false;
  const std::string name = "base_model.model.bert.encoder.layer.0.attention.self.query.lora_magnitude_vector";
  adapter.tensors[name] = at::ones({8});
  const files::AdapterMatch match = files::match_adapter(adapter, config, false);
  CHECK(match.unexpected == std::vector<std::string>{name});
  for (const files::LoraModule& module : match.modules) CHECK_FALSE(module.magnitude.defined());
}

TEST_CASE("DoRA stands alone on its module, without a bias on B, with magnitudes of columns on an embedding", "[adapters]") {
  nn::Encoder encoder = tiny_encoder();
  files::AdapterConfig config = dora_config();
  SECTION("beside another adapter") {
    files::AdapterConfig plain = config;
    plain.use_dora = false;
    attach_new_adapter(encoder, plain, 1);
    CHECK_THROWS_WITH(attach_new_adapter(encoder, config, 1), Catch::Contains("beside another adapter"));
  }
  SECTION("on an embedding") {
    config.target_modules.names = {"word_embeddings"};
    attach_new_adapter(encoder, config, 1);
    const nn::LowRank& adapter = encoder.word.adapters.front();
    const at::Tensor lengths = encoder.word.weight.value.square().sum(0).sqrt();  // A begins at zero
    CHECK(at::allclose(adapter.magnitude.value, lengths));
  }
  SECTION("with a bias on B") {
    config.lora_bias = true;
    CHECK_THROWS_AS(attach_new_adapter(encoder, config, 1), CheckpointError);
  }
}

}  // namespace lorascope::adapters::test
