#include <ATen/ATen.h>

#include <random>

#include "core/files/adapter_config.h"
#include "core/files/model_config.h"
#include "core/files/safetensors.h"
#include "core/files/safetensors_header.h"
#include "core/files/weight_files.h"
#include "core/files/xlora_config.h"
#include "tests/core/files/refusal.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::files {
namespace {

constexpr int kRounds = 4000;

const char* const kPieces[] = {
    "\"",      "{",    "}",         "[", "]",    ",",       ":", "null", "true", "-1", "1e999", "99999999999999999999",
    "\\u0000", "\xff", "\"shape\"", "0", "[[[[", "\"F16\"", " ", "-",    ".5",   "NaN"};

/// A few random edits: a byte changed, a piece put in, a stretch removed or doubled.
std::string mutated(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
  const std::size_t edits = 1 + below(3);
  for (std::size_t edit = 0; edit < edits; ++edit) {
    const std::size_t at = below(text.size() + 1);
    switch (below(4)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.insert(at, kPieces[below(std::size(kPieces))]);
        break;
      case 2:
        text.erase(at, below(9));
        break;
      default:
        text.insert(at, text.substr(at, below(30)));
    }
  }
  return text;
}

/// Runs `read` on mutations of `good`: it takes them or refuses them with a CheckpointError, and never anything else.
/// Returns how many were refused.
template <typename Read>
int count_refusals(const std::string& good, std::uint32_t seed, const Read& read) {
  std::mt19937 random(seed);
  int refusals = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = mutated(good, random);
    try {
      read(text);
    } catch (const CheckpointError&) {
      ++refusals;
    } catch (const std::exception& error) {
      FAIL_CHECK("round " << round << ": " << error.what());
    }
  }
  return refusals;
}

TEST_CASE("mutated safetensors headers are taken or refused, and what is taken is in bounds", "[files][damaged]") {
  const std::string good = R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                           R"("b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},"c":{"dtype":"F16","shape":[0],)"
                           R"("data_offsets":[32,32]}})";
  const int refusals = count_refusals(good, 1, [](const std::string& text) {
    const SafetensorsHeader header = parse_safetensors_header(text, 32, "fuzz");
    std::uint64_t bytes = 0;
    for (const auto& [name, info] : header.tensors) {
      REQUIRE(header.offsets.at(name) <= 32);
      bytes += static_cast<std::uint64_t>(info.num_elements());
    }
    REQUIRE(bytes <= 32);
  });
  CHECK(refusals > kRounds / 2);
  CHECK(refusals < kRounds);
}

TEST_CASE("mutated safetensors files load or are refused", "[files][damaged]") {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "x.safetensors";
  write_safetensors(path, {{"a", at::ones({2, 3})}, {"b", at::ones({4}, at::kHalf)}, {"c", at::ones({2}, at::kBool)}});
  const std::string good = read_file(path);
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    test::write_quickly(path, mutated(good, random));
    try {
      SafetensorsFile(path).load_all();
    } catch (const CheckpointError&) {
    }
  }
}

TEST_CASE("mutated model configs are taken or refused", "[files][damaged]") {
  const std::string good =
      R"({"model_type":"bert","vocab_size":40,"hidden_size":8,"num_hidden_layers":2,"num_attention_heads":2,)"
      R"("intermediate_size":12,"max_position_embeddings":32,"hidden_act":"gelu","layer_norm_eps":1e-12,)"
      R"("id2label":{"0":"O","1":"B"},"classifier_dropout":null,"architectures":["BertModel"]})";
  const int refusals = count_refusals(good, 3, [](const std::string& text) { parse_model_config(text, "fuzz"); });
  CHECK(refusals > kRounds / 4);
  CHECK(refusals < kRounds);
}

TEST_CASE("mutated adapter configs are taken or refused, and what is taken can be written", "[files][damaged]") {
  const std::string good =
      R"({"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["query","value"],"rank_pattern":{"query":2},)"
      R"("alpha_pattern":{"value.?":1.5},"layers_to_transform":[0,1],"modules_to_save":null,"bias":"none"})";
  const int refusals = count_refusals(good, 4, [](const std::string& text) {
    const AdapterConfig config = parse_adapter_config(text, "fuzz");
    config.scaling_of("bert.encoder.layer.0.attention.self.value");
    parse_adapter_config(adapter_config_text(config), "written");
  });
  CHECK(refusals > kRounds / 4);
  CHECK(refusals < kRounds);
}

TEST_CASE("mutated X-LoRA configs are taken or refused", "[files][damaged]") {
  const std::string good =
      R"({"adapters":{"north":"north","south":"south"},"hidden_size":8,"base_model_id":"tiny","device":"cpu","xlora_depth":2,)"
      R"("xlora_size":4,"layerwise_scalings":true,"enable_softmax":true,"softmax_temperature":0.5,"top_k_lora":null,)"
      R"("xlora_dropout_p":0.2,"scaling_pass_value":0.0,"global_scaling_weight":1.0,"peft_type":"XLORA"})";
  for (const XloraFormat format : {XloraFormat::Package, XloraFormat::Peft}) {
    const int refusals =
        count_refusals(good, 5, [format](const std::string& text) { parse_xlora_config(text, "fuzz", format); });
    CHECK(refusals > kRounds / 4);
    CHECK(refusals < kRounds);
  }
}

TEST_CASE("mutated indices of shards are followed or refused, never out of the folder", "[files][damaged]") {
  const test::TemporaryFolder folder;
  write_safetensors(folder.path() / "one.safetensors", {{"a", at::ones({2})}, {"b", at::ones({3})}});
  write_safetensors(folder.path() / "two.safetensors", {{"c", at::ones({4})}});
  const std::string good =
      R"({"metadata":{"total_size":36},"weight_map":{"a":"one.safetensors","b":"one.safetensors","c":"two.safetensors"}})";
  std::mt19937 random(6);
  int refusals = 0;
  constexpr int kFiles = 400;
  for (int round = 0; round < kFiles; ++round) {
    test::write_quickly(folder.path() / "model.safetensors.index.json", mutated(good, random));
    try {
      for (const StoredTensor& tensor : open_weight_files(folder.path()).tensors) tensor.archive->load(tensor.name);
    } catch (const CheckpointError&) {
      ++refusals;
    }
  }
  CHECK(refusals > kFiles / 4);
  CHECK(refusals < kFiles);
}

}  // namespace
}  // namespace lorascope::files
