#include <ATen/ATen.h>

#include <functional>

#include "core/files/adapter_folder.h"
#include "core/files/adapter_match.h"
#include "core/files/safetensors.h"
#include "tests/core/files/refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace lorascope::files {
namespace {

namespace fs = std::filesystem;

const std::string kQuery = "base_model.model.bert.encoder.layer.1.attention.self.query";

void refused(const std::string& found, const std::function<void(TensorMap&)>& damage) {
  INFO(found);
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "adapter";
  test::write_tiny_adapter(path);
  TensorMap tensors = read_adapter_folder(path).tensors;
  damage(tensors);
  write_safetensors(path / "adapter_model.safetensors", tensors);
  test::check_refused([&] { read_adapter_folder(path); }, path.string(), found);
}

TEST_CASE("adapter tensors that do not belong together are refused by module", "[files][damaged]") {
  refused("lora_A alone", [](TensorMap& tensors) { tensors.erase(kQuery + ".lora_B.weight"); });
  refused("no lora_A", [](TensorMap& tensors) { tensors.erase(kQuery + ".lora_A.weight"); });
  refused("lora_A [3, 8] with lora_B [8, 4]", [](TensorMap& tensors) {
    tensors[kQuery + ".lora_B.weight"] = at::ones({8, 4});
  });
  refused("lora_A [8] with", [](TensorMap& tensors) { tensors[kQuery + ".lora_A.weight"] = at::ones({8}); });
  refused("lora_A [] with", [](TensorMap& tensors) { tensors[kQuery + ".lora_A.weight"] = at::ones({}); });
  refused("rank 4, expected rank 3", [](TensorMap& tensors) {
    tensors[kQuery + ".lora_A.weight"] = at::ones({4, 8});
    tensors[kQuery + ".lora_B.weight"] = at::ones({8, 4});
  });
  refused("rank 0, expected rank 3", [](TensorMap& tensors) {
    tensors[kQuery + ".lora_A.weight"] = at::ones({0, 8});
    tensors[kQuery + ".lora_B.weight"] = at::ones({8, 0});
  });
  refused("whole numbers", [](TensorMap& tensors) {
    tensors[kQuery + ".lora_A.weight"] = at::ones({3, 8}, at::kLong);
  });
  refused("lora_magnitude_vector of shape [7]",
          [](TensorMap& tensors) { tensors[kQuery + ".lora_magnitude_vector"] = at::ones({7}); });
  refused("lora_B.bias of shape [9]", [](TensorMap& tensors) { tensors[kQuery + ".lora_B.bias"] = at::ones({9}); });
  refused("of an unknown kind", [](TensorMap& tensors) { tensors[kQuery + ".lora_C.weight"] = at::ones({3}); });
  refused("no LoRA tensors", [](TensorMap& tensors) {
    tensors = {{"base_model.model.classifier.bias", at::ones({3})}};
  });
  refused("no LoRA tensors", [](TensorMap& tensors) { tensors.clear(); });
}

void refused_folder(const std::string& found, const std::function<void(const fs::path&)>& damage) {
  INFO(found);
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "adapter";
  test::write_tiny_adapter(path);
  damage(path);
  test::check_refused([&] { read_adapter_folder(path); }, path.string(), found);
}

TEST_CASE("folders that are no adapters are refused", "[files][damaged]") {
  refused_folder("no such file", [](const fs::path& path) { fs::remove(path / "adapter_config.json"); });
  refused_folder("no weights", [](const fs::path& path) { fs::remove(path / "adapter_model.safetensors"); });
  refused_folder("neither a zip archive nor a pickle", [](const fs::path& path) {
    fs::rename(path / "adapter_model.safetensors", path / "adapter_model.bin");
  });
  refused_folder("a folder", [](const fs::path& path) {
    fs::remove(path / "adapter_model.safetensors");
    fs::create_directory(path / "adapter_model.safetensors");
  });
  refused_folder("bytes of tensors", [](const fs::path& path) {
    const std::string bytes = read_file(path / "adapter_model.safetensors");
    write_file_atomically(path / "adapter_model.safetensors", bytes + "1234");
  });
  refused_folder("rank 3, expected rank 4", [](const fs::path& path) {
    test::replace_in_file(path / "adapter_config.json", "\"r\": 3", "\"r\": 4");
  });
  refused_folder("regular expression", [](const fs::path& path) {
    test::replace_in_file(path / "adapter_config.json", "\"rank_pattern\": {}", "\"rank_pattern\": {\"(\": 3}");
  });
  const test::TemporaryFolder folder;
  test::check_refused([&] { read_adapter_folder(folder.path() / "absent"); }, "absent", "no such folder");
}

TEST_CASE("an adapter of another model is refused", "[files][damaged]") {
  const test::TemporaryFolder folder;
  test::write_tiny_adapter(folder.path() / "adapter");
  AdapterFolder adapter = read_adapter_folder(folder.path() / "adapter");
  ModelConfig wider = test::tiny_config();
  wider.hidden_size = 16;
  test::check_refused([&] { match_adapter(adapter, wider, false); }, "adapter", "lora_A [3, 8], lora_B [8, 3]");
  adapter.tensors["base_model.model.bert.embeddings.LayerNorm.bias"] = at::ones({7});
  test::check_refused([&] { match_adapter(adapter, test::tiny_config(), false); }, "adapter", "shape [7]");
  TensorMap strangers;
  for (const auto& [name, tensor] : adapter.tensors) {
    std::string other = name;
    if (const std::size_t at = other.find("bert."); at != std::string::npos) other.replace(at, 4, "vit");
    strangers[other] = tensor;
  }
  adapter.tensors = strangers;
  test::check_refused([&] { match_adapter(adapter, test::tiny_config(), false); }, "adapter",
                      "no module that the model has");
}

}  // namespace
}  // namespace lorascope::files
