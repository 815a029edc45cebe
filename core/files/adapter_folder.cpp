#include "core/files/adapter_folder.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "core/base/files.h"
#include "core/files/checked_json.h"
#include "core/files/natural_order.h"
#include "core/files/safetensors.h"
#include "core/files/written_folder.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

enum class Part { A, B, EmbeddingA, EmbeddingB, Bias, Magnitude };

constexpr std::array<std::pair<const char*, Part>, 7> kEndings = {{
    {".lora_A.weight", Part::A},
    {".lora_B.weight", Part::B},
    {".lora_embedding_A", Part::EmbeddingA},
    {".lora_embedding_B", Part::EmbeddingB},
    {".lora_B.bias", Part::Bias},
    {".lora_magnitude_vector", Part::Magnitude},
    {".lora_magnitude_vector.weight", Part::Magnitude},
}};

constexpr const char* kWrapper = "base_model.model.";

struct PartName {
  std::string path;
  Part part;
};

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::optional<PartName> part_of(const std::string& name) {
  for (const auto& [ending, part] : kEndings) {
    if (!ends_with(name, ending)) continue;
    const std::size_t start = name.rfind(kWrapper, 0) == 0 ? std::string(kWrapper).size() : 0;
    const std::size_t length = name.size() - std::string(ending).size();
    return PartName{length > start ? name.substr(start, length - start) : "", part};
  }
  return std::nullopt;
}

struct NaturalOrder {
  bool operator()(const std::string& left, const std::string& right) const { return natural_less(left, right); }
};
using ModuleMap = std::map<std::string, LoraModule, NaturalOrder>;

/// A convolution's kernel [out, in, k, k] as the matrix [out, in·k·k]; a matrix stays.
at::Tensor as_matrix(const at::Tensor& tensor) {
  return tensor.dim() > 2 ? tensor.flatten(1) : tensor;
}

ModuleMap collect(const AdapterFolder& adapter, ProblemList& problems) {
  ModuleMap modules;
  for (const auto& [name, tensor] : adapter.tensors) {
    const auto found = part_of(name);
    if (!found) {
      if (name.find(".lora_") != std::string::npos) {
        problems.add(adapter.folder.string() + ": " + quote(name), "a LoRA tensor of an unknown kind",
                     "lora_A.weight, lora_B.weight, lora_B.bias, lora_embedding_A, lora_embedding_B or "
                     "lora_magnitude_vector");
      }
      continue;
    }
    LoraModule& module = modules[found->path];
    module.path = found->path;
    const bool is_a = found->part == Part::A || found->part == Part::EmbeddingA;
    const bool is_b = found->part == Part::B || found->part == Part::EmbeddingB;
    if (is_a) module.a = as_matrix(tensor), module.a_name = name;
    if (is_b) module.b = as_matrix(tensor), module.b_name = name;
    if (found->part == Part::EmbeddingA) module.is_embedding = true;
    if (found->part == Part::Bias) module.b_bias = tensor;
    if (found->part == Part::Magnitude) module.magnitude = tensor;
  }
  return modules;
}

void check_vector(const LoraModule& module, const at::Tensor& vector, const char* name, const std::string& where,
                  ProblemList& problems) {
  if (!vector.defined() || vector.numel() == module.b.size(0)) return;
  problems.add(where, std::string(name) + " of shape " + shape_text(vector.sizes().vec()),
               shape_text({module.b.size(0)}) + ", one value for each row of lora_B");
}

void check(const LoraModule& module, const AdapterFolder& adapter, ProblemList& problems) {
  const std::string where = adapter.folder.string() + ": " + quote(module.path);
  if (!module.a.defined() || !module.b.defined()) {
    problems.add(where, module.a.defined() ? "lora_A alone" : "no lora_A", "both lora_A and lora_B",
                 "the adapter file is incomplete: fetch or write it again");
    return;
  }
  const bool are_matrices = module.a.dim() == 2 && module.b.dim() == 2;
  if (!are_matrices || module.a.size(0) != module.b.size(1)) {
    problems.add(where,
                 "lora_A " + shape_text(module.a.sizes().vec()) + " with lora_B " + shape_text(module.b.sizes().vec()),
                 "[R, in] with [out, R]");
    return;
  }
  const std::int64_t rank = adapter.config.rank_of(module.path);
  if (module.a.size(0) != rank) {
    problems.add(where, "rank " + std::to_string(module.a.size(0)),
                 "rank " + std::to_string(rank) + " as adapter_config.json says",
                 "the tensors belong to another config");
  }
  if (!module.a.is_floating_point() || !module.b.is_floating_point()) {
    problems.add(where, "whole numbers", "floating-point numbers");
  }
  if (adapter.config.use_dora && !module.magnitude.defined())
    problems.add(where, "no lora_magnitude_vector", "the magnitudes of DoRA, as use_dora in adapter_config.json says",
                 "the tensors belong to another config");
  check_vector(module, module.magnitude, "lora_magnitude_vector", where, problems);
  check_vector(module, module.b_bias, "lora_B.bias", where, problems);
}

std::string message_for(const AdapterFolder& adapter) {
  return "cannot use the adapter in " + adapter.folder.string();
}

}  // namespace

std::vector<LoraModule> AdapterFolder::modules() const {
  ProblemList problems;
  ModuleMap collected = collect(*this, problems);
  for (const auto& entry : collected) check(entry.second, *this, problems);
  problems.throw_if_any(message_for(*this));
  std::vector<LoraModule> modules;
  for (auto& [path, module] : collected) {
    module.scaling = config.scaling_of(path);
    modules.push_back(std::move(module));
  }
  return modules;
}

std::vector<std::string> AdapterFolder::other_names() const {
  std::vector<std::string> names;
  for (const auto& entry : tensors) {
    if (!part_of(entry.first)) names.push_back(entry.first);
  }
  return names;
}

AdapterFolder read_adapter_folder(const fs::path& folder) {
  const std::string hint = "an adapter folder holds adapter_config.json and adapter_model.safetensors (or .bin)";
  if (!fs::is_directory(folder)) {
    throw CheckpointError(
        "cannot read the adapter in " + folder.string(),
        Problem{folder.string(), fs::exists(folder) ? "a file" : "no such folder", "an adapter folder", hint});
  }
  AdapterFolder adapter;
  adapter.folder = folder;
  adapter.config = read_adapter_config(folder / "adapter_config.json");
  const fs::path safe = folder / "adapter_model.safetensors";
  const fs::path weights = fs::exists(safe) ? safe : folder / "adapter_model.bin";
  if (!fs::exists(weights)) {
    throw CheckpointError("cannot read the adapter in " + folder.string(),
                          Problem{folder.string(), "no weights", "adapter_model.safetensors", hint});
  }
  adapter.tensors = open_archive(weights)->load_all();
  if (adapter.modules().empty()) {
    throw CheckpointError(message_for(adapter), Problem{weights.string(), "no LoRA tensors",
                                                        "names that end in lora_A.weight and lora_B.weight", ""});
  }
  return adapter;
}

void write_adapter_folder(const fs::path& folder, const AdapterConfig& config, const TensorMap& tensors) {
  write_folder(folder, [&](const fs::path& target) {
    write_safetensors(target / "adapter_model.safetensors", tensors);
    write_file_atomically(target / "adapter_config.json", adapter_config_text(config));
  });
}

}  // namespace lorascope::files
