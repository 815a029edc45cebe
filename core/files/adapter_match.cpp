#include "core/files/adapter_match.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/files/checked_json.h"
#include "core/files/natural_order.h"

namespace lorascope::files {
namespace {

constexpr const char* kWrapper = "base_model.model.";

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() > end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_head(const std::string& name) {
  return name.rfind("classifier.", 0) == 0 || name.rfind("qa_outputs.", 0) == 0;
}

/// PEFT's file with bias "all" also holds the head's frozen original and a copy of the trained one.
bool is_head_duplicate(const std::string& name) {
  return name.find(".original_module.") != std::string::npos || name.find(".modules_to_save.") != std::string::npos;
}

class Matcher {
 public:
  Matcher(const AdapterFolder& adapter, const ModelConfig& config, bool with_pooler)
      : adapter_(adapter), prefix_(family_names(config.family).prefix) {
    for (EncoderTensor& tensor : encoder_tensors(config, with_pooler)) shapes_[tensor.name] = std::move(tensor.shape);
  }

  AdapterMatch match() {
    for (LoraModule& module : adapter_.modules()) place(std::move(module));
    for (const std::string& name : adapter_.other_names()) place_other(name);
    find_missing();
    problems_.throw_if_any("the adapter in " + adapter_.folder.string() + " does not fit the model");
    if (match_.modules.empty()) {
      throw CheckpointError(
          "the adapter in " + adapter_.folder.string() + " does not fit the model",
          Problem{adapter_.folder.string(),
                  match_.unexpected.empty() ? "no LoRA tensors"
                                            : "no module that the model has, first " + quote(match_.unexpected.front()),
                  "modules such as bert.encoder.layer.0.attention.self.query",
                  "the adapter was trained on another architecture"});
    }
    return std::move(match_);
  }

 private:
  /// The base model's name for a path in the file, or nothing.
  std::string base_name(const std::string& path, const std::string& ending) const {
    if (shapes_.count(path + ending) != 0) return path;
    const std::string prefixed = prefix_ + path;
    return shapes_.count(prefixed + ending) != 0 ? prefixed : "";
  }

  void place(LoraModule module) {
    const std::string path = base_name(module.path, ".weight");
    const auto shape = path.empty() ? std::vector<std::int64_t>() : shapes_.at(path + ".weight");
    if (shape.size() != 2) {
      match_.unexpected.push_back(module.a_name);
      match_.unexpected.push_back(module.b_name);
      return;
    }
    // An embedding's weight is [V,H] and its A [R,V]; a linear layer's is [out,in] and its A [R,in].
    const std::int64_t out = module.is_embedding ? shape[1] : shape[0];
    const std::int64_t in = module.is_embedding ? shape[0] : shape[1];
    if (module.a.size(1) != in || module.b.size(0) != out) {
      problems_.add(adapter_.folder.string() + ": " + module.path,
                    "lora_A " + shape_text(module.a.sizes().vec()) + ", lora_B " + shape_text(module.b.sizes().vec()),
                    "lora_A [R, " + std::to_string(in) + "], lora_B [" + std::to_string(out) + ", R]",
                    "the adapter was trained on a model of another size");
    }
    // [PEFT] has no place for magnitudes either where the config does not ask for DoRA.
    if (module.magnitude.defined() && !adapter_.config.use_dora) {
      match_.unexpected.push_back(module.a_name.substr(0, module.a_name.rfind(".lora_")) + ".lora_magnitude_vector");
      module.magnitude = at::Tensor();
    }
    module.path = path;
    match_.modules.push_back(std::move(module));
  }

  void place_other(const std::string& name) {
    const std::string bare = name.rfind(kWrapper, 0) == 0 ? name.substr(std::string(kWrapper).size()) : name;
    if (is_head_duplicate(bare)) return;
    if (is_head(bare)) {
      match_.head[bare] = {name, adapter_.tensors.at(name)};
      return;
    }
    std::string path = bare;
    if (const std::size_t at = path.find(".base_layer."); at != std::string::npos) path.erase(at, 11);
    path = base_name(path, "");
    if (path.empty()) {
      match_.unexpected.push_back(name);
      return;
    }
    const at::Tensor& value = adapter_.tensors.at(name);
    if (value.sizes().vec() != shapes_.at(path)) {
      problems_.add(adapter_.folder.string() + ": " + name, "shape " + shape_text(value.sizes().vec()),
                    shape_text(shapes_.at(path)));
    }
    match_.replaced[path] = {name, value};
  }

  void find_missing() {
    std::set<std::string> present;
    for (const LoraModule& module : match_.modules) present.insert(module.path);
    if (adapter_.config.target_modules.is_empty()) return;
    for (const auto& [name, shape] : shapes_) {
      if (shape.size() != 2 || !ends_with(name, ".weight")) continue;
      const std::string path = name.substr(0, name.size() - 7);
      const bool is_embedding = path.rfind(prefix_ + "embeddings.", 0) == 0;
      if (is_embedding && adapter_.config.target_modules.is_all_linear()) continue;
      const std::string bare = path.rfind(prefix_, 0) == 0 ? path.substr(prefix_.size()) : path;
      const bool is_target = adapter_.config.targets(path) || adapter_.config.targets(bare);
      if (is_target && present.count(path) == 0) match_.missing.push_back(path);
    }
    std::sort(match_.missing.begin(), match_.missing.end(), natural_less);
  }

  const AdapterFolder& adapter_;
  std::string prefix_;
  std::map<std::string, std::vector<std::int64_t>> shapes_;
  AdapterMatch match_;
  ProblemList problems_;
};

}  // namespace

AdapterMatch match_adapter(const AdapterFolder& adapter, const ModelConfig& config, bool with_pooler) {
  return Matcher(adapter, config, with_pooler).match();
}

}  // namespace lorascope::files
