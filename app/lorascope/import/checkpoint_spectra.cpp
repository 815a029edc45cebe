#include "app/lorascope/import/checkpoint_spectra.h"

#include <ATen/ATen.h>

#include <map>

#include "core/analysis/spectrum.h"
#include "core/files/adapter_folder.h"
#include "core/files/checked_json.h"
#include "core/files/weight_files.h"

namespace lorascope::app {
namespace {

namespace fs = std::filesystem;

/// The weights of a model folder by their names in its files, whatever the architecture.
class Weights {
 public:
  explicit Weights(const fs::path& folder) : files_(files::open_weight_files(folder)) {
    for (const files::StoredTensor& tensor : files_.tensors) tensors_[tensor.name] = tensor;
  }

  bool contains(const std::string& name) const { return tensors_.count(name) != 0; }
  at::Tensor load(const std::string& name) const { return tensors_.at(name).archive->load(name); }
  const std::map<std::string, files::StoredTensor>& tensors() const { return tensors_; }

 private:
  files::WeightFiles files_;
  std::map<std::string, files::StoredTensor> tensors_;
};

bool is_numbered_layer_matrix(const std::string& name, const files::TensorInfo& info) {
  const bool in_layer = name.find(".layer.") != std::string::npos || name.find(".layers.") != std::string::npos ||
                        name.find(".h.") != std::string::npos || name.rfind("layer.", 0) == 0;
  return in_layer && info.is_floating() && info.shape.size() == 2 && name.size() > 7 &&
         name.compare(name.size() - 7, 7, ".weight") == 0;
}

}  // namespace

/// A base model's weights, found also where one side has the family's prefix and the other has not.
class CheckpointSpectra::Base {
 public:
  explicit Base(const fs::path& folder) : folder_(folder), weights_(folder) {}

  /// The name in the base model of what a fine-tuned checkpoint or an adapter calls `name`; empty: there is none.
  std::string find(const std::string& name) const {
    if (weights_.contains(name)) return name;
    const std::size_t dot = name.find('.');
    if (dot != std::string::npos && weights_.contains(name.substr(dot + 1))) return name.substr(dot + 1);
    for (const char* prefix : {"bert.", "distilbert.", "roberta.", "model."}) {
      if (weights_.contains(prefix + name)) return prefix + name;
    }
    return "";
  }

  at::Tensor load(const std::string& found) const { return weights_.load(found); }

  double norm(const std::string& module) const {
    const std::string found = find(module + ".weight");
    if (found.empty()) return 0;
    auto [place, is_new] = norms_.try_emplace(found, 0.0);
    if (is_new) place->second = weights_.load(found).to(at::kDouble).norm().item<double>();
    return place->second;
  }

  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
  Weights weights_;
  mutable std::map<std::string, double> norms_;
};

CheckpointSpectra::CheckpointSpectra(const fs::path& base) {
  if (!base.empty()) base_ = std::make_unique<Base>(base);
}

CheckpointSpectra::~CheckpointSpectra() = default;

std::vector<store::Spectrum> CheckpointSpectra::of_adapter(const fs::path& folder, std::int64_t step) const {
  std::vector<store::Spectrum> result;
  for (const files::LoraModule& module : files::read_adapter_folder(folder).modules()) {
    store::Spectrum spectrum{step, module.path, {}, base_ ? base_->norm(module.path) : 0};
    spectrum.values = analysis::low_rank_spectrum(module.b, module.a, module.scaling).singular_values;
    result.push_back(std::move(spectrum));
  }
  return result;
}

std::vector<store::Spectrum> CheckpointSpectra::of_model(const fs::path& folder, std::int64_t step) const {
  std::vector<store::Spectrum> result;
  if (!base_) return result;
  const Weights weights(folder);
  files::ProblemList problems;
  for (const auto& [name, tensor] : weights.tensors()) {
    if (!is_numbered_layer_matrix(name, tensor.info())) continue;
    const std::string found = base_->find(name);
    const at::Tensor after = weights.load(name);
    const at::Tensor before = found.empty() ? at::Tensor() : base_->load(found);
    if (!before.defined() || before.sizes() != after.sizes()) {
      problems.add(base_->folder().string() + ": " + name,
                   before.defined() ? files::shape_text(before.sizes().vec()) : "no such tensor",
                   files::shape_text(after.sizes().vec()) + " as in " + folder.string(),
                   "is this the model that the training started from?");
      continue;
    }
    const std::string module = name.substr(0, name.size() - 7);
    store::Spectrum spectrum{step, module, {}, base_->norm(module)};
    spectrum.values = analysis::change_spectrum(after, before).singular_values;
    result.push_back(std::move(spectrum));
  }
  problems.throw_if_any("cannot compare a checkpoint with its base model");
  return result;
}

}  // namespace lorascope::app
