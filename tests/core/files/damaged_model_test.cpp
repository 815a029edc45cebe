#include <ATen/ATen.h>

#include <functional>

#include "core/files/model_folder.h"
#include "core/files/safetensors.h"
#include "tests/core/files/refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace lorascope::files {
namespace {

namespace fs = std::filesystem;

/// Changes the tensors of a good model, writes it and checks that loading refuses it with `found`.
void refused(const std::string& found, const std::function<void(TensorMap&)>& damage) {
  INFO(found);
  const test::TemporaryFolder folder;
  const ModelConfig config = test::tiny_config();
  TensorMap tensors = test::tiny_tensors(config, 1, 5, true);
  damage(tensors);
  write_model_folder(folder.path() / "model", config, tensors, {});
  test::check_refused([&] { load_model_folder(folder.path() / "model"); }, (folder.path() / "model").string(), found);
  test::check_refused([&] { describe_model_folder(folder.path() / "model"); }, (folder.path() / "model").string(),
                      found);
}

/// Damages a good folder's files and checks the same.
void refused_folder(const std::string& found, const std::function<void(const fs::path&)>& damage) {
  INFO(found);
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  test::write_tiny_model(path);
  damage(path);
  test::check_refused([&] { load_model_folder(path); }, path.string(), found);
}

constexpr const char* kQuery = "bert.encoder.layer.1.attention.self.query.weight";

TEST_CASE("tensors that do not fit the config are refused by name", "[files][damaged]") {
  refused("no tensor " + std::string(kQuery), [](TensorMap& tensors) { tensors.erase(kQuery); });
  refused("shape [8, 7], expected [8, 8]", [](TensorMap& tensors) { tensors[kQuery] = at::ones({8, 7}); });
  refused("shape [12, 8], expected [8, 12]", [](TensorMap& tensors) {
    auto& weight = tensors["bert.encoder.layer.0.output.dense.weight"];
    weight = weight.t().contiguous();
  });
  refused("shape [39, 8]", [](TensorMap& tensors) {
    tensors["bert.embeddings.word_embeddings.weight"] = at::ones({39, 8});
  });
  refused("shape [], expected [8]",
          [](TensorMap& tensors) { tensors["bert.embeddings.LayerNorm.bias"] = at::ones({}); });
  refused("numbers of type I64", [](TensorMap& tensors) { tensors[kQuery] = at::ones({8, 8}, at::kLong); });
  refused("half a pooler", [](TensorMap& tensors) { tensors.erase("bert.pooler.dense.bias"); });
  refused("half a head: only classifier.bias", [](TensorMap& tensors) { tensors.erase("classifier.weight"); });
  refused("half a head: only classifier.weight", [](TensorMap& tensors) { tensors.erase("classifier.bias"); });
  refused("shape [5, 9], expected [5, 8]", [](TensorMap& tensors) { tensors["classifier.weight"] = at::ones({5, 9}); });
  refused("shape [4], expected [5]", [](TensorMap& tensors) { tensors["classifier.bias"] = at::ones({4}); });
  refused("at least one class", [](TensorMap& tensors) {
    tensors["classifier.weight"] = at::ones({0, 8});
    tensors["classifier.bias"] = at::ones({0});
  });
  refused("shape [3, 8], expected [2, 8]", [](TensorMap& tensors) {
    tensors["qa_outputs.weight"] = at::ones({3, 8});
    tensors["qa_outputs.bias"] = at::ones({3});
  });
  refused("with the prefix \"bert.\", or none", [](TensorMap& tensors) {
    tensors[std::string(kQuery).substr(5)] = tensors[kQuery];
    tensors.erase(kQuery);
  });
  refused("the same tensor as", [](TensorMap& tensors) {
    tensors["bert.embeddings.LayerNorm.gamma"] = tensors["bert.embeddings.LayerNorm.weight"];
  });
}

TEST_CASE("all tensors that do not fit are told at once", "[files][damaged]") {
  const test::TemporaryFolder folder;
  ModelConfig config = test::tiny_config();
  TensorMap tensors = test::tiny_tensors(config, 1, 5);
  tensors.erase(kQuery);
  tensors["classifier.bias"] = at::ones({4});
  write_model_folder(folder.path() / "model", config, tensors, {});
  try {
    load_model_folder(folder.path() / "model");
    FAIL("was not refused");
  } catch (const CheckpointError& error) {
    CHECK(error.problems().size() == 2);
  }
}

TEST_CASE("folders that are no models are refused", "[files][damaged]") {
  refused_folder("no such file", [](const fs::path& path) { fs::remove(path / "config.json"); });
  refused_folder("a folder", [](const fs::path& path) {
    fs::remove(path / "config.json");
    fs::create_directory(path / "config.json");
  });
  refused_folder("an empty file", [](const fs::path& path) { fs::resize_file(path / "config.json", 0); });
  refused_folder("no weights", [](const fs::path& path) { fs::remove(path / "model.safetensors"); });
  refused_folder("neither a zip archive nor a pickle",
                 [](const fs::path& path) { fs::rename(path / "model.safetensors", path / "pytorch_model.bin"); });
  refused_folder("a folder", [](const fs::path& path) {
    fs::remove(path / "model.safetensors");
    fs::create_directory(path / "model.safetensors");
  });
  refused_folder("a file of 0 bytes", [](const fs::path& path) { fs::resize_file(path / "model.safetensors", 0); });
  refused_folder("bytes of tensors", [](const fs::path& path) {
    write_file_atomically(path / "model.safetensors", read_file(path / "model.safetensors") + "x");
  });
  refused_folder("hidden_size", [](const fs::path& path) {
    test::replace_in_file(path / "config.json", "\"hidden_size\": 8", "\"hidden_size\": \"8\"");
  });
  refused_folder("no tensor bert.encoder.layer.2", [](const fs::path& path) {
    test::replace_in_file(path / "config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
  });
  const test::TemporaryFolder folder;
  test::check_refused([&] { load_model_folder(folder.path() / "absent"); }, "absent", "no such folder");
  write_file_atomically(folder.path() / "file", "x");
  test::check_refused([&] { load_model_folder(folder.path() / "file"); }, "file", "a file");
}

/// A folder whose weights are named by an index only.
void refused_index(const std::string& found, const std::string& index) {
  refused_folder(found, [&](const fs::path& path) {
    fs::rename(path / "model.safetensors", path / "model-00001-of-00001.safetensors");
    fs::copy_file(path / "model-00001-of-00001.safetensors", path.parent_path() / "outside.safetensors");
    write_file_atomically(path / "model.safetensors.index.json", index);
  });
}

TEST_CASE("a damaged index of shards is refused", "[files][damaged]") {
  refused_index("no valid JSON", "{");
  refused_index("no such object", "[]");
  refused_index("no such object", R"({"metadata": {}})");
  refused_index("no such object", R"({"weight_map": []})");
  refused_index("found 7", R"({"weight_map": {"a": 7}})");
  refused_index("../outside.safetensors", R"({"weight_map": {"a": "../outside.safetensors"}})");
  refused_index("/etc/passwd", R"({"weight_map": {"a": "/etc/passwd"}})");
  refused_index("\"..\"", R"({"weight_map": {"a": ".."}})");
  refused_index("\"\"", R"({"weight_map": {"a": ""}})");
  refused_index("No such file", R"({"weight_map": {"a": "model-00002-of-00002.safetensors"}})");
  refused_index("no such tensor", R"({"weight_map": {"a": "model-00001-of-00001.safetensors"}})");
  refused_index("no tensor bert.embeddings.word_embeddings.weight", R"({"weight_map": {}})");
}

TEST_CASE("every refused golden model is refused here, with its control accepted", "[files][golden][damaged]") {
  const fs::path golden = test::shared_folder().empty() ? fs::path() : test::shared_folder() / "golden/models/refused";
  if (golden.empty() || !fs::exists(golden)) {
    WARN("no golden files");
    return;
  }
  CHECK_NOTHROW(load_model_folder(golden / "good/model"));
  int refusals = 0;
  for (const auto& entry : fs::directory_iterator(golden)) {
    const std::string name = entry.path().filename().string();
    const bool has_own_model = fs::exists(entry.path() / "model") && name != "good" && name != "bin-good";
    if (!has_own_model || name == "head-missing")
      continue;  // a model without a head is whole until a task asks for one
    INFO(name);
    CHECK_THROWS_AS(load_model_folder(entry.path() / "model"), CheckpointError);
    ++refusals;
  }
  CHECK(refusals > 50);
}

}  // namespace
}  // namespace lorascope::files
