#include "core/files/weight_files.h"

#include <map>

#include "core/files/checked_json.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

constexpr const char* kWeightsHint =
    "a model folder holds model.safetensors or model.safetensors.index.json with its shards";

/// A shard must be a plain name: a path could lead out of the folder.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name != "." && name != ".." &&
         name.find('\0') == std::string::npos;
}

std::map<std::string, std::string> read_weight_map(const fs::path& index) {
  const std::string message = "cannot use " + index.string();
  const OrderedJson root = parse_checked(read_checkpoint_text(index, kWeightsHint, 64u << 20), index.string());
  const auto found = root.is_object() ? root.find("weight_map") : root.end();
  if (!root.is_object() || found == root.end() || !found->is_object()) {
    throw CheckpointError(message, Problem{index.string() + ": weight_map", "no such object",
                                           "an object from tensor name to file name", kWeightsHint});
  }
  ProblemList problems;
  std::map<std::string, std::string> weight_map;
  for (const auto& [name, file] : found->items()) {
    if (file.is_string() && is_plain_name(file.get<std::string>())) {
      weight_map[name] = file.get<std::string>();
    } else {
      problems.add(index.string() + ": weight_map: " + name, described(file), "the name of a file in the same folder");
    }
  }
  problems.throw_if_any(message);
  return weight_map;
}

WeightFiles open_shards(const fs::path& folder, const fs::path& index) {
  WeightFiles weights;
  ProblemList problems;
  std::map<std::string, const TensorArchive*> opened;
  const auto weight_map = read_weight_map(index);
  for (const auto& [name, file] : weight_map) {
    auto& archive = opened[file];
    if (archive == nullptr) {
      weights.archives.push_back(open_archive(folder / file));
      archive = weights.archives.back().get();
    }
    if (archive->tensors().count(name) == 0) {
      problems.add(index.string() + ": weight_map: " + name, "no such tensor in " + file,
                   "a tensor of that name there");
    } else {
      weights.tensors.push_back({archive, name});
    }
  }
  problems.throw_if_any("cannot use " + index.string());
  return weights;
}

}  // namespace

WeightFiles open_weight_files(const fs::path& folder) {
  for (const char* name :
       {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"}) {
    const fs::path path = folder / name;
    if (!fs::exists(path)) continue;
    if (path.extension() == ".json") return open_shards(folder, path);
    WeightFiles weights;
    weights.archives.push_back(open_archive(path));
    for (const auto& entry : weights.archives.front()->tensors()) {
      weights.tensors.push_back({weights.archives.front().get(), entry.first});
    }
    return weights;
  }
  throw CheckpointError("cannot read the model in " + folder.string(),
                        Problem{folder.string(), "no weights", "model.safetensors or pytorch_model.bin", kWeightsHint});
}

}  // namespace lorascope::files
