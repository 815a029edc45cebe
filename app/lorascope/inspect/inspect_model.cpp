#include "app/lorascope/inspect/inspect_model.h"

#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "app/lorascope/engine/model_setup.h"
#include "app/lorascope/engine/run_data.h"
#include "core/base/error.h"
#include "core/files/adapter_folder.h"
#include "core/files/safetensors.h"
#include "core/files/xlora_folder.h"
#include "core/nn/packed_encoder.h"
#include "core/tasks/mixture_model.h"
#include "core/tasks/scaled_model.h"

namespace lorascope::app::inspect {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFineTuning = "fine-tuning";

std::string folder_name(const fs::path& folder) {
  const fs::path path = folder.lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

/// Names that tell the adapters apart, from their folders where the files know only numbers.
std::vector<std::string> distinct(std::vector<std::string> names) {
  for (std::size_t n = 0; n < names.size(); ++n)
    if (std::count(names.begin(), names.end(), names[n]) > 1) names[n] += " " + std::to_string(n + 1);
  return names;
}

bool is_head(const std::string& name) {
  return name.starts_with("classifier.") || name.starts_with("qa_outputs.") || name.starts_with("pre_classifier.") ||
         name.find("pooler.") != std::string::npos;
}

bool has_stored_head(const files::ModelFolder& folder, const std::string& task) {
  return folder.tensors.count(task == "squad" ? "qa_outputs.weight" : "classifier.weight") != 0;
}

bool brings_head(const files::AdapterFolder& adapter) {
  const std::vector<std::string> names = adapter.other_names();
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name.ends_with("classifier.weight") || name.ends_with("qa_outputs.weight");
  });
}

/// The `part`th of `parts` equal pieces of the rows.
at::Tensor piece(const at::Tensor& rows, std::int64_t part, std::int64_t parts) {
  return rows.narrow(0, part * (rows.size(0) / parts), rows.size(0) / parts);
}

}  // namespace

std::string_view text(ModelKind kind) {
  constexpr std::string_view kNames[] = {"base", "ft", "lora", "xlora"};
  return kNames[static_cast<int>(kind)];
}

InspectModel::InspectModel(InspectSource source)
    : source_(std::move(source)),
      folder_(files::load_model_folder(source_.model)),
      head_(source_.head.empty() ? files::TensorMap() : files::SafetensorsFile(source_.head).load_all()),
      tokenizer_(text::Tokenizer::from_folder(source_.model)),
      labels_(engine::labels_of(folder_, source_.settings.task)),
      max_length_(engine::max_length_for(folder_, source_.settings)),
      warnings_(tokenizer_.warnings()) {
  engine::set_threads(source_.settings.threads);
  if (!source_.adapters.empty()) {
    load_adapters();
  } else {
    load_fine_tuned();
  }
  const files::ModelFolder& base = kind_ == ModelKind::FullFineTuning ? base_folder_ : folder_;
  if (!has_base()) return;
  base_ = std::make_unique<nn::Encoder>(nn::make_encoder(base.config, base.tensors, false, false));
  base_pass_ = std::make_unique<nn::PackedEncoder>(*base_, nn::DropoutRates{});
}

InspectModel::~InspectModel() = default;

tasks::TaskModelOptions InspectModel::options() const {
  tasks::TaskModelOptions options;
  options.kind = tasks::task_kind(source_.settings.task);
  options.num_labels = engine::num_labels_of(labels_, source_.settings.task);
  options.may_draw_head = false;
  options.span_loss = tasks::SpanLoss::Real;
  options.head = head_;
  return options;
}

std::vector<const files::AdapterFolder*> InspectModel::folders() const {
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& adapter : adapters_) pointers.push_back(&adapter);
  return pointers;
}

void InspectModel::load_adapters() {
  std::optional<files::XloraFolder> mixture;
  if (source_.adapters.size() == 1 && files::is_xlora_folder(source_.adapters.front()))
    mixture = files::read_xlora_folder(source_.adapters.front());
  if (!mixture)
    for (const fs::path& adapter : source_.adapters) adapters_.push_back(files::read_adapter_folder(adapter));
  has_head_ = mixture || !head_.empty() || has_stored_head(folder_, source_.settings.task) ||
              std::any_of(adapters_.begin(), adapters_.end(), brings_head);
  tasks::TaskModelOptions with_head = options();
  with_head.may_draw_head = !has_head_;
  if (mixture && !head_.empty()) {
    tasks::XloraModelOptions xlora;
    xlora.xlora.mode = adapters::xlora_mode(source_.settings.xlora.mode);
    tuned_ = tasks::xlora_model(folder_, options(), *mixture, xlora);
  } else if (has_head_) {
    tuned_ = engine::make_frozen_model(source_.settings, folder_, source_.adapters,
                                       engine::num_labels_of(labels_, source_.settings.task));
  } else {
    warnings_.push_back("neither model nor adapter has a head for this task: there are no predictions");
  }
  double global_weight = 1;
  if (mixture) {
    kind_ = ModelKind::Xlora;
    warnings_.insert(warnings_.end(), mixture->warnings.begin(), mixture->warnings.end());
    is_layerwise_ = mixture->config.is_layerwise;
    global_weight = mixture->config.global_weight;
    for (std::size_t n = 0; n < mixture->adapters.size(); ++n) {
      const fs::path& path = mixture->config.paths[n];
      axes_.adapters.push_back(path.empty() ? mixture->config.adapters[n] : folder_name(path));
    }
    adapters_ = std::move(mixture->adapters);
    with_head.head = tuned_->export_xlora().head;
  } else {
    kind_ = ModelKind::Adapters;
    for (const fs::path& adapter : source_.adapters) axes_.adapters.push_back(folder_name(adapter));
  }
  axes_.adapters = distinct(std::move(axes_.adapters));
  try {
    scaled_ = std::make_unique<tasks::ScaledModel>(folder_, with_head, folders(), global_weight);
    axes_.modules = scaled_->modules();
  } catch (const CheckpointError& error) {
    if (!tuned_) throw;
    fixed_because_ = std::string(error.what());
    for (const auto& factors : tuned_->low_rank_factors())
      if (std::find(axes_.modules.begin(), axes_.modules.end(), factors.module) == axes_.modules.end())
        axes_.modules.push_back(factors.module);
  }
  alone_.resize(adapters_.size());
}

void InspectModel::load_fine_tuned() {
  tasks::TaskModelOptions plain = options();
  has_head_ = !head_.empty() || has_stored_head(folder_, source_.settings.task);
  plain.may_draw_head = !has_head_;
  if (!has_head_) warnings_.push_back("the model has no head for this task: there are no predictions");
  scaled_ = std::make_unique<tasks::ScaledModel>(folder_, plain, std::vector<const files::AdapterFolder*>{});
  std::error_code unknown;
  if (source_.base.empty() || fs::equivalent(source_.base, source_.model, unknown)) {
    fixed_because_ = "this is a base model: there is nothing that was trained and could be switched off";
    return;
  }
  base_folder_ = files::load_model_folder(source_.base);
  if (base_folder_.config.hidden_size != folder_.config.hidden_size ||
      base_folder_.config.num_layers != folder_.config.num_layers || base_folder_.config.family != folder_.config.family)
    throw CheckpointError("cannot compare the model with its base",
                          Problem{source_.base.string(), "a model of another shape", "the model it was trained from", ""});
  kind_ = ModelKind::FullFineTuning;
  axes_.adapters = {kFineTuning};
  nn::Encoder names = nn::make_encoder(folder_.config, folder_.tensors, false, false);
  names.for_each_dense([&](nn::Dense& dense) { axes_.modules.push_back(dense.path); });
}

EncodedText InspectModel::encode(const InspectText& text) const {
  return encode_text(text, source_.settings, tokenizer_, max_length_);
}

tasks::Batch InspectModel::batch_of(const EncodedText& text) const { return batch_of(text, 1); }

tasks::Batch InspectModel::batch_of(const EncodedText& text, std::int64_t times) const {
  std::vector<const data::Feature*> features;
  for (std::int64_t n = 0; n < times; ++n)
    for (const data::Feature& feature : text.features) features.push_back(&feature);
  tasks::BatchOptions batch_options;
  batch_options.zero_segment_ids = source_.settings.has_zero_segment_ids();
  return tasks::make_batch(tasks::task_kind(source_.settings.task), features, batch_options);
}

Look InspectModel::look(const tasks::Batch& batch) {
  Look look;
  if (kind_ == ModelKind::Base || kind_ == ModelKind::FullFineTuning) {
    look.output = scaled_->evaluate(batch, {});
    return look;
  }
  const at::Tensor all = at::ones({batch.tokens.num_tokens(), static_cast<std::int64_t>(axes_.modules.size()),
                                   static_cast<std::int64_t>(axes_.adapters.size())});
  tasks::EvaluateOptions with_states;
  with_states.hidden_states = true;
  look.output = tuned_ ? tuned_->evaluate(batch, with_states) : scaled_->evaluate(batch, all);
  look.used = look.output.applied.defined() ? look.output.applied : all;
  return look;
}

Look InspectModel::look(const tasks::Batch& batch, const Look& plain, const WhatIf& what_if) {
  if (what_if.empty()) return plain;
  if (!fixed_because_.empty()) throw UsageError("what-if is not possible: " + fixed_because_);
  if (kind_ == ModelKind::FullFineTuning) return look_blended(batch, what_if);
  Look look;
  look.used = what_if.changed(plain.used, axes_);
  look.output = scaled_->evaluate(batch, look.used);
  look.output.scalings = plain.output.scalings;
  return look;
}

Look InspectModel::look_blended(const tasks::Batch& batch, const WhatIf& what_if) {
  if (!what_if.scalings_file.empty())
    throw UsageError("scalings: a fine-tuned model has one weight for all tokens", "set or switch off whole modules");
  const auto num_modules = static_cast<std::int64_t>(axes_.modules.size());
  const at::Tensor factors = what_if.changed(at::ones({1, num_modules, 1}), axes_).flatten();
  const bool is_off = !what_if.without.empty();
  files::ModelFolder blended = folder_;
  const auto blend = [&](const std::string& name, double factor) {
    const auto base = base_folder_.tensors.find(name);
    if (factor == 1 || base == base_folder_.tensors.end()) return;
    const at::Tensor& trained = folder_.tensors.at(name);
    blended.tensors[name] = factor == 0 ? base->second : base->second + (trained - base->second) * factor;
  };
  if (is_off)
    for (const auto& [name, tensor] : folder_.tensors)
      if (!is_head(name)) blend(name, 0);
  for (std::int64_t l = 0; l < num_modules; ++l)
    for (const char* ending : {".weight", ".bias"})
      blend(axes_.modules[static_cast<std::size_t>(l)] + ending, factors[l].item<double>());
  tasks::ScaledModel model(blended, options(), {});
  Look look;
  look.output = model.evaluate(batch, {});
  look.used = factors.view({1, num_modules, 1}).expand({batch.tokens.num_tokens(), num_modules, 1}).contiguous();
  return look;
}

std::vector<Look> InspectModel::looks_alone(const EncodedText& text) {
  const auto count = static_cast<std::int64_t>(adapters_.size());
  std::vector<Look> looks;
  try {
    if (!by_row_) {
      files::ModelFolder folder = folder_;
      // The folder's head is that of adapters without one; where it has none, the mixture's.
      if (!has_stored_head(folder, source_.settings.task) && scaled_)
        for (const auto& [name, tensor] : scaled_->head()) folder.tensors[name] = tensor;
      tasks::MixingOptions mixing;
      mixing.kind = tasks::Mixing::Rows;
      tasks::TaskModelOptions own = options();
      own.head.clear();
      by_row_ = tasks::mixture_model(folder, own, folders(), mixing);
    }
  } catch (const CheckpointError&) {
    const tasks::Batch batch = batch_of(text);
    for (std::int64_t n = 0; n < count; ++n) looks.push_back(look_alone(batch, n));
    return looks;
  }
  tasks::Batch batch = batch_of(text, count);
  const std::int64_t rows = batch.tokens.num_sequences() / count;
  for (std::int64_t n = 0; n < count; ++n) batch.adapters.insert(batch.adapters.end(), static_cast<std::size_t>(rows), n);
  tasks::EvaluateOptions with_states;
  with_states.hidden_states = true;
  const tasks::Output all = by_row_->evaluate(batch, with_states);
  for (std::int64_t n = 0; n < count; ++n) {
    Look look;
    look.output.logits = piece(all.logits, n, count);
    for (const at::Tensor& states : all.hidden_states) look.output.hidden_states.push_back(piece(states, n, count));
    looks.push_back(std::move(look));
  }
  return looks;
}

Look InspectModel::look_alone(const tasks::Batch& batch, std::int64_t adapter) {
  const auto n = static_cast<std::size_t>(adapter);
  std::unique_ptr<tasks::ScaledModel>& model = alone_.at(n);
  if (!model) {
    tasks::TaskModelOptions own = options();
    own.head.clear();
    try {
      model = std::make_unique<tasks::ScaledModel>(folder_, own, std::vector{&std::as_const(adapters_[n])});
    } catch (const CheckpointError&) {
      if (!scaled_) throw;
      own.head = scaled_->head();
      model = std::make_unique<tasks::ScaledModel>(folder_, own, std::vector{&std::as_const(adapters_[n])});
    }
  }
  Look look;
  look.used = at::ones({batch.tokens.num_tokens(), static_cast<std::int64_t>(model->modules().size()), 1});
  look.output = model->evaluate(batch, look.used);
  return look;
}

std::vector<at::Tensor> InspectModel::base_states(const tasks::Batch& batch, const Look& plain) {
  if (!base_pass_) return plain.output.hidden_states;
  const at::NoGradGuard no_grad;
  const at::AutoDispatchBelowAutograd no_graph;
  return base_pass_->evaluate(batch.tokens, true);
}

}  // namespace lorascope::app::inspect
