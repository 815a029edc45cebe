#include "core/files/model_folder.h"

#include <ATen/ATen.h>

#include "core/base/json.h"
#include "core/files/safetensors.h"
#include "tests/core/files/refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace lorascope::files {
namespace {

namespace fs = std::filesystem;

void check_equal(const TensorMap& found, const TensorMap& expected) {
  CHECK(found.size() == expected.size());
  for (const auto& [name, tensor] : expected) {
    INFO(name);
    REQUIRE(found.count(name) == 1);
    CHECK(at::equal(found.at(name), tensor));
  }
}

/// The tensors under other names: without prefix, or with gamma and beta.
TensorMap renamed(const TensorMap& tensors, bool without_prefix, bool legacy) {
  TensorMap result;
  for (const auto& [name, tensor] : tensors) {
    std::string other = without_prefix && name.rfind("bert.", 0) == 0 ? name.substr(5) : name;
    const std::size_t norm = other.find("LayerNorm.");
    if (legacy && norm != std::string::npos) {
      other = other.substr(0, norm + 10) + (other.ends_with("weight") ? "gamma" : "beta");
    }
    result[other] = tensor;
  }
  return result;
}

TEST_CASE("a written model folder is read back whole", "[files]") {
  const test::TemporaryFolder folder;
  const ModelConfig config = test::tiny_config();
  const TensorMap tensors = test::tiny_tensors(config, 1, 5, true);
  write_model_folder(folder.path() / "model/", config, tensors,
                     {"BertForTokenClassification", {"O", "A", "B", "C", "D"}, {}});
  const ModelFolder model = load_model_folder(folder.path() / "model");
  check_equal(model.tensors, tensors);
  CHECK(model.has_pooler());
  CHECK(model.config.labels == std::vector<std::string>{"O", "A", "B", "C", "D"});
  CHECK(model.config.architectures == std::vector<std::string>{"BertForTokenClassification"});
  CHECK(model.report.missing.empty());
  CHECK(model.report.unexpected.empty());
}

TEST_CASE("a written config names its labels in the order of their ids", "[files]") {
  const test::TemporaryFolder folder;
  const ModelConfig config = test::tiny_config();
  std::vector<std::string> labels;
  for (char name = 'a'; name < 'a' + 12; ++name) labels.emplace_back(1, name);
  write_model_folder(folder.path() / "model", config, test::tiny_tensors(config, 1, 12, true),
                     {"BertForTokenClassification", labels, {}});
  const OrderedJson written = OrderedJson::parse(read_file(folder.path() / "model/config.json"));
  std::vector<std::string> in_file;
  for (const auto& [id, label] : written.at("id2label").items()) in_file.push_back(label.get<std::string>());
  CHECK(in_file == labels);
}

TEST_CASE("names without prefix and with gamma and beta mean the same tensors", "[files]") {
  const test::TemporaryFolder folder;
  const ModelConfig config = test::tiny_config();
  const TensorMap tensors = test::tiny_tensors(config, 2, 5);
  for (const bool without_prefix : {false, true}) {
    for (const bool legacy : {false, true}) {
      write_model_folder(folder.path() / "model", config, tensors, {});
      write_safetensors(folder.path() / "model/model.safetensors", renamed(tensors, without_prefix, legacy));
      const ModelFolder model = load_model_folder(folder.path() / "model");
      check_equal(model.tensors, tensors);
      CHECK(model.report.missing == std::vector<std::string>{"bert.pooler.dense.weight", "bert.pooler.dense.bias"});
    }
  }
}

TEST_CASE("16-bit and 64-bit weights become fp32", "[files]") {
  const test::TemporaryFolder folder;
  const ModelConfig config = test::tiny_config();
  TensorMap tensors = test::tiny_tensors(config, 3, 0);
  TensorMap expected;
  const at::ScalarType types[] = {at::kHalf, at::kBFloat16, at::kDouble};
  std::size_t index = 0;
  for (auto& [name, tensor] : tensors) {
    tensor = tensor.to(types[index++ % 3]);
    expected[name] = tensor.to(at::kFloat);
  }
  write_model_folder(folder.path() / "model", config, tensors, {});
  check_equal(load_model_folder(folder.path() / "model").tensors, expected);
}

TEST_CASE("pre-training heads and buffers are ignored, strangers are reported", "[files]") {
  const test::TemporaryFolder folder;
  const ModelConfig config = test::tiny_config();
  TensorMap tensors = test::tiny_tensors(config, 4, 0);
  const TensorMap expected = tensors;
  tensors["cls.predictions.bias"] = at::ones({40});
  tensors["bert.embeddings.position_ids"] = at::arange(32, at::kLong).view({1, 32});
  tensors["bert.encoder.layer.2.output.dense.bias"] = at::ones({8});
  tensors["lm_head.weight"] = at::ones({2});
  write_model_folder(folder.path() / "model", config, tensors, {});
  const ModelFolder model = load_model_folder(folder.path() / "model");
  check_equal(model.tensors, expected);
  CHECK(model.report.ignored == std::vector<std::string>{"bert.embeddings.position_ids", "cls.predictions.bias"});
  CHECK(model.report.unexpected ==
        std::vector<std::string>{"bert.encoder.layer.2.output.dense.bias", "lm_head.weight"});
}

TEST_CASE("a sharded model is put together", "[files]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  const ModelConfig config = test::tiny_config();
  const TensorMap tensors = test::tiny_tensors(config, 5, 3);
  write_model_folder(path, config, tensors, {});
  fs::remove(path / "model.safetensors");
  TensorMap parts[2];
  Json index = {{"metadata", {{"total_size", 1}}}};
  std::size_t count = 0;
  for (const auto& [name, tensor] : tensors) {
    parts[count % 2][name] = tensor;
    index["weight_map"][name] = "model-0000" + std::to_string(count++ % 2 + 1) + "-of-00002.safetensors";
  }
  write_safetensors(path / "model-00001-of-00002.safetensors", parts[0]);
  write_safetensors(path / "model-00002-of-00002.safetensors", parts[1]);
  write_file_atomically(path / "model.safetensors.index.json", index.dump());
  check_equal(load_model_folder(path).tensors, tensors);
  const ModelDescription description = describe_model_folder(path);
  CHECK(description.weight_files.size() == 2);
  CHECK(description.tensors.size() == tensors.size());
  CHECK(description.tensors.at("classifier.weight").shape == std::vector<std::int64_t>{3, 8});
}

TEST_CASE("a written folder keeps the original's keys and its tokenizer", "[files]") {
  const test::TemporaryFolder folder;
  test::write_tiny_model(folder.path() / "first", 6, 13);
  test::replace_in_file(folder.path() / "first/config.json", "\"torch_dtype\": \"float32\"",
                        "\"torch_dtype\": \"float16\", \"my_key\": [1, 2]");
  const ModelFolder model = load_model_folder(folder.path() / "first");
  write_model_folder(folder.path() / "second", model.config, model.tensors, {"", {}, folder.path() / "first"});
  const Json config = Json::parse(read_file(folder.path() / "second/config.json"));
  CHECK(config.at("my_key") == Json({1, 2}));
  CHECK(config.at("torch_dtype") == "float32");
  CHECK(config.at("architectures") == Json({"BertForTokenClassification"}));
  CHECK(config.at("model_type") == "bert");
  CHECK(read_file(folder.path() / "second/vocab.txt") == read_file(folder.path() / "first/vocab.txt"));
  CHECK(!fs::exists(folder.path() / "second/tokenizer.json"));
}

TEST_CASE("a head comes from a file of its own", "[files]") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "head.safetensors";
  write_safetensors(
      path, {{"classifier.weight", at::ones({3, 8})}, {"classifier.bias", at::zeros({3})}, {"x", at::ones({1})}});
  const TensorMap head = load_head_file(path);
  CHECK(head.size() == 2);
  CHECK(head.at("classifier.weight").sizes() == at::IntArrayRef({3, 8}));
  write_safetensors(path, {{"x", at::ones({1})}});
  test::check_refused([&] { load_head_file(path); }, path.string(), "no head");
  write_safetensors(path, {{"classifier.weight", at::ones({8})}});
  test::check_refused([&] { load_head_file(path); }, path.string(), "classifier.weight");
  write_safetensors(path, {{"classifier.weight", at::ones({3, 8}, at::kLong)}});
  test::check_refused([&] { load_head_file(path); }, path.string(), "I64");
}

}  // namespace
}  // namespace lorascope::files
