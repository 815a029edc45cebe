#include "core/files/model_folder.h"

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "core/files/checked_json.h"
#include "core/files/safetensors.h"
#include "core/files/weight_files.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

bool starts_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string without_legacy_name(const std::string& name) {
  if (ends_with(name, ".gamma")) return name.substr(0, name.size() - 5) + "weight";
  if (ends_with(name, ".beta")) return name.substr(0, name.size() - 4) + "bias";
  return name;
}

/// Pre-training heads and buffers of both families.
bool is_left_out(const std::string& bare_name) {
  for (const char* head : {"cls.", "vocab_transform.", "vocab_layer_norm.", "vocab_projector."})
    if (starts_with(bare_name, head)) return true;
  return bare_name == "embeddings.position_ids" || bare_name == "embeddings.token_type_ids";
}

bool is_head(const std::string& name) {
  return name == "classifier.weight" || name == "classifier.bias" || name == "qa_outputs.weight" ||
         name == "qa_outputs.bias";
}

/// A head's file may bring DistilBERT's first layer of the choice head as well.
bool is_head_part(const std::string& name) {
  return is_head(name) || name == "pre_classifier.weight" || name == "pre_classifier.bias";
}

/// Brings a checkpoint's tensors under the task model's names and checks them before one byte of them is read.
class Collector {
 public:
  Collector(const WeightFiles& weights, const ModelConfig& config, std::string where)
      : config_(config), names_(family_names(config.family)), where_(std::move(where)) {
    for (EncoderTensor& tensor : encoder_tensors(config, true)) expected_[tensor.name] = std::move(tensor.shape);
    for (const StoredTensor& source : weights.tensors) place(source);
    check_prefixes();
    check_encoder();
    check_head("classifier", -1);
    check_head("qa_outputs", 2);
    problems_.throw_if_any("cannot use the model in " + where_);
  }

  TensorMap load() const {
    TensorMap tensors;
    for (const auto& [name, source] : placed_) tensors[name] = source.archive->load(source.name);
    return tensors;
  }
  std::map<std::string, TensorInfo> describe() const {
    std::map<std::string, TensorInfo> tensors;
    for (const auto& [name, source] : placed_) tensors[name] = source.info();
    return tensors;
  }
  LoadReport report() const { return report_; }

 private:
  void place(const StoredTensor& source) {
    const bool has_prefix = starts_with(source.name, names_.prefix);
    const std::string bare = without_legacy_name(has_prefix ? source.name.substr(names_.prefix.size()) : source.name);
    const std::string canonical = names_.prefix + bare;
    if (is_left_out(bare)) {
      report_.ignored.push_back(source.name);
    } else if (!has_prefix && expected_.count(bare) != 0) {
      put(bare, source);
    } else if (expected_.count(canonical) != 0) {
      (has_prefix ? with_prefix_ : without_prefix_).push_back(source.name);
      put(canonical, source);
    } else if (is_head(source.name)) {
      put(source.name, source);
    } else {
      report_.unexpected.push_back(source.name);
    }
  }

  void put(const std::string& name, const StoredTensor& source) {
    const auto [position, is_new] = placed_.emplace(name, source);
    if (!is_new) {
      problems_.add(source.where(), "the same tensor as " + position->second.name, "each tensor under one name");
    } else if (!source.info().is_floating()) {
      problems_.add(source.where(), "numbers of type " + source.info().dtype, "floating-point numbers");
    }
  }

  void check_prefixes() {
    if (with_prefix_.empty() || without_prefix_.empty()) return;
    problems_.add(where_, "the names " + with_prefix_.front() + " and " + without_prefix_.front(),
                  "all encoder tensors with the prefix \"" + names_.prefix + "\", or none",
                  "two checkpoints seem to be mixed in one file");
  }

  void check_encoder() {
    for (const EncoderTensor& tensor : encoder_tensors(config_, true)) {
      const auto found = placed_.find(tensor.name);
      if (found != placed_.end()) {
        check_shape(found->second, tensor.shape);
      } else if (starts_with(tensor.name, names_.pooler + ".")) {
        report_.missing.push_back(tensor.name);
      } else {
        problems_.add(where_, "no tensor " + tensor.name, "one of shape " + shape_text(tensor.shape),
                      "the checkpoint does not fit its config.json");
      }
    }
    if (report_.missing.size() == 1) {
      problems_.add(where_, "half a pooler: no " + report_.missing.front(),
                    names_.pooler + ".weight and " + names_.pooler + ".bias");
    }
  }

  void check_shape(const StoredTensor& source, const std::vector<std::int64_t>& expected) {
    if (source.info().shape == expected) return;
    problems_.add(source.where(), "shape " + shape_text(source.info().shape),
                  shape_text(expected) + " as config.json says", "the checkpoint does not fit its config.json");
  }

  void check_head(const std::string& head, std::int64_t rows) {
    const auto weight = placed_.find(head + ".weight");
    const auto bias = placed_.find(head + ".bias");
    if (weight == placed_.end() && bias == placed_.end()) return;
    if (weight == placed_.end() || bias == placed_.end()) {
      problems_.add(where_, "half a head: only " + head + (bias == placed_.end() ? ".weight" : ".bias"),
                    head + ".weight and " + head + ".bias");
      return;
    }
    const auto& shape = weight->second.info().shape;
    const std::int64_t found_rows = shape.empty() ? 0 : shape.front();
    if (found_rows < 1) problems_.add(weight->second.where(), "shape " + shape_text(shape), "at least one class");
    check_shape(weight->second, {rows > 0 ? rows : found_rows, config_.hidden_size});
    check_shape(bias->second, {rows > 0 ? rows : found_rows});
  }

  const ModelConfig& config_;
  const FamilyNames& names_;
  std::string where_;
  std::map<std::string, std::vector<std::int64_t>> expected_;
  std::map<std::string, StoredTensor> placed_;
  std::vector<std::string> with_prefix_;
  std::vector<std::string> without_prefix_;
  LoadReport report_;
  ProblemList problems_;
};

ModelConfig read_config(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    throw CheckpointError("cannot read the model in " + folder.string(),
                          Problem{folder.string(), fs::exists(folder) ? "a file" : "no such folder", "a model folder",
                                  "`lorascope model list` shows the models on this machine"});
  }
  return read_model_config(folder / "config.json");
}

}  // namespace

ModelFolder load_model_folder(const fs::path& folder) {
  ModelFolder model;
  model.folder = folder;
  model.config = read_config(folder);
  const WeightFiles weights = open_weight_files(folder);
  const Collector collector(weights, model.config, folder.string());
  model.tensors = collector.load();
  model.report = collector.report();
  return model;
}

ModelDescription describe_model_folder(const fs::path& folder) {
  ModelDescription description;
  description.config = read_config(folder);
  const WeightFiles weights = open_weight_files(folder);
  const Collector collector(weights, description.config, folder.string());
  description.tensors = collector.describe();
  description.report = collector.report();
  for (const auto& archive : weights.archives) description.weight_files.push_back(archive->path());
  return description;
}

TensorMap load_head_file(const fs::path& file) {
  const SafetensorsFile archive(file);
  const std::string message = "cannot use the head in " + file.string();
  ProblemList problems;
  TensorMap head;
  for (const auto& [name, info] : archive.tensors()) {
    if (!is_head_part(name)) continue;
    const std::size_t dimensions = ends_with(name, ".weight") ? 2 : 1;
    if (!info.is_floating() || info.shape.size() != dimensions) {
      problems.add(file.string() + ": " + name, info.dtype + " of shape " + shape_text(info.shape),
                   "floating-point numbers with " + std::to_string(dimensions) + " dimensions");
    }
  }
  problems.throw_if_any(message);
  for (const auto& entry : archive.tensors()) {
    if (is_head_part(entry.first)) head[entry.first] = archive.load(entry.first);
  }
  if (head.empty()) {
    throw CheckpointError(message, Problem{file.string(), "no head",
                                           "classifier.weight and classifier.bias, or "
                                           "qa_outputs.weight and qa_outputs.bias",
                                           ""});
  }
  return head;
}

}  // namespace lorascope::files
