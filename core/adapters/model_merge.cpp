#include "core/adapters/model_merge.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/adapters/initialisation.h"
#include "core/adapters/lora.h"
#include "core/base/error.h"
#include "core/files/adapter_match.h"

namespace lorascope::adapters {
namespace {

/// The class that transformers opens a task's model with, by what the adapter and its head say.
std::string architecture_of(const files::ModelConfig& config, const std::vector<files::AdapterFolder>& adapters,
                            const files::TensorMap& tensors) {
  const std::string family = config.family == files::Family::Bert ? "BertFor" : "DistilBertFor";
  const std::string task = adapters.front().config.task_type.value_or("");
  if (task == "TOKEN_CLS") return family + "TokenClassification";
  if (task == "QUESTION_ANS") return family + "QuestionAnswering";
  if (tensors.count("qa_outputs.weight") != 0) return family + "QuestionAnswering";
  const auto head = tensors.find("classifier.weight");
  if (head != tensors.end() && head->second.size(0) == 1) return family + "MultipleChoice";
  return config.architectures.empty() ? "" : config.architectures.front();
}

bool is_head(const std::string& name) {
  return name.rfind("classifier.", 0) == 0 || name.rfind("qa_outputs.", 0) == 0;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Task models without the layer between first token and choices take its tensors for unexpected.
bool takes_pooler(const std::string& architecture) {
  return !ends_with(architecture, "TokenClassification") && !ends_with(architecture, "QuestionAnswering");
}

}  // namespace

MergedModel merge_into_model(const files::ModelFolder& model, const std::vector<files::AdapterFolder>& adapters) {
  const at::NoGradGuard no_grad;
  if (adapters.empty()) throw UsageError("no adapter to merge", "name at least one adapter folder");
  MergedModel result;
  for (const auto& [name, tensor] : model.tensors)
    if (is_head(name)) result.tensors[name] = tensor;
  nn::Encoder encoder = nn::make_encoder(model.config, model.tensors, model.has_pooler(), false);
  files::TensorMap heads;
  for (const files::AdapterFolder& adapter : adapters) {
    const files::AdapterMatch match = files::match_adapter(adapter, model.config, model.has_pooler());
    attach_stored_adapter(encoder, adapter.config, match, false);
    for (const auto& [name, placed] : match.head) heads.emplace(name, placed.value);
  }
  for (const auto& [name, tensor] : heads) result.tensors[name] = tensor;
  result.architecture = architecture_of(model.config, adapters, result.tensors);
  const std::string pooler = files::family_names(model.config.family).pooler + ".";
  const bool keeps_pooler = takes_pooler(result.architecture);
  nn::Encoder whole = merged(encoder);
  whole.for_each_weight([&](const std::string& name, nn::Weight& weight) {
    if (keeps_pooler || name.rfind(pooler, 0) != 0) result.tensors[name] = weight.value;
  });
  return result;
}

files::AdapterFolder plain_form(const files::AdapterFolder& adapter, const files::ModelFolder& model) {
  const at::NoGradGuard no_grad;
  files::AdapterFolder plain = adapter;
  const std::string& init = adapter.config.init_lora_weights;
  if (!changes_base(init)) return plain;
  nn::Encoder encoder = nn::make_encoder(model.config, model.tensors, model.has_pooler(), false);
  const files::AdapterMatch match = files::match_adapter(adapter, model.config, model.has_pooler());
  if (!match.unexpected.empty())
    throw CheckpointError(
        "cannot make the adapter plain",
        Problem{adapter.folder.string(), "\"" + match.unexpected.front() + "\"",
                "only tensors that the base model has a place for", "give the model it was trained on"});
  AttachedAdapter attached = attach_stored_adapter(encoder, adapter.config, match, true);
  for (const files::LoraModule& module : match.modules) {
    const auto start = attached.taken_out.find(module.path);
    if (start == attached.taken_out.end()) continue;
    plain.tensors[module.a_name] = at::cat({module.a, start->second.a}, 0);
    plain.tensors[module.b_name] = at::cat({module.b, -start->second.b}, 1);
  }
  files::AdapterConfig& config = plain.config;
  const double factor = config.use_rslora ? std::sqrt(2.0) : 2.0;
  config.init_lora_weights = "true";
  config.rank *= 2;
  config.alpha *= factor;
  for (auto& entry : config.rank_pattern) entry.second *= 2;
  for (auto& entry : config.alpha_pattern) entry.second *= factor;
  return plain;
}

}  // namespace lorascope::adapters
