#include "core/tasks/mixture_model.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/files/model_folder.h"
#include "core/files/xlora_folder.h"
#include "core/tasks/model_parts.h"
#include "core/tasks/packed_gate.h"

namespace lorascope::tasks {
namespace {

/// Whether an adapter brings a head of this task. `rows` is C where it is known, else 0.
bool has_head_of(const files::AdapterFolder& adapter, TaskKind kind, std::int64_t rows) {
  for (const std::string& name : adapter.other_names()) {
    const bool is_span = name.find("qa_outputs.weight") != std::string::npos;
    const bool is_class = name.size() >= 17 && name.rfind("classifier.weight") == name.size() - 17 &&
                          name.find("pre_classifier") == std::string::npos;
    if (kind == TaskKind::Spans ? !is_span : !is_class) continue;
    const std::int64_t found = adapter.tensors.at(name).size(0);
    if (kind == TaskKind::Spans || (kind == TaskKind::Choices && found == 1)) return true;
    if (kind == TaskKind::Tokens && (rows == 0 || rows == found)) return true;
  }
  return false;
}

/// The adapters with the head of the first that has one of this task, and without the other heads: one can be active.
std::vector<files::AdapterFolder> with_one_head(const std::vector<const files::AdapterFolder*>& adapters,
                                                const files::ModelFolder& model, const TaskModelOptions& options) {
  const auto stored = model.tensors.find("classifier.weight");
  const std::int64_t rows = options.num_labels > 0          ? options.num_labels
                            : stored != model.tensors.end() ? stored->second.size(0)
                                                            : 0;
  std::vector<files::AdapterFolder> result;
  bool is_found = false;
  for (const files::AdapterFolder* adapter : adapters) {
    result.push_back(*adapter);
    if (!is_found && has_head_of(*adapter, options.kind, rows)) {
      is_found = true;
      continue;
    }
    for (const std::string& name : adapter->other_names()) result.back().tensors.erase(name);
  }
  return result;
}

void freeze(nn::Weight& weight) {
  weight.gradient = at::Tensor();
}

void freeze_adapters(ModelParts& parts) {
  for (adapters::AttachedAdapter& adapter : parts.adapters)
    for (adapters::NamedWeight& named : adapter.weights) freeze(*named.weight);
}

/// Encoder, adapters and head, nothing trained but a head that must be.
std::unique_ptr<ModelParts> frozen_parts(const files::ModelFolder& model, const TaskModelOptions& options,
                                         const std::vector<const files::AdapterFolder*>& adapters, bool trains_head) {
  const std::vector<files::AdapterFolder> folders = with_one_head(adapters, model, options);
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& folder : folders) pointers.push_back(&folder);
  auto parts = stored_adapter_parts(model, options, pointers);
  freeze_adapters(*parts);
  // stored_adapter_parts trains a head exactly where an adapter or the options bring one.
  const bool is_brought = parts->head.weight.is_trained();
  parts->trainable.clear();
  parts->frozen_head_values = 0;
  const std::string head = parts->head.path + ".weight";
  const bool is_drawn = !is_brought && model.tensors.count(head) == 0;
  freeze(parts->head.weight);
  freeze(parts->head.bias);
  if (!trains_head && !is_drawn) return parts;
  nn::make_trained(parts->head.weight);
  nn::make_trained(parts->head.bias);
  parts->trainable.push_back({parts->head.path + ".weight", parts->head.weight.value, parts->head.weight.gradient});
  parts->trainable.push_back({parts->head.path + ".bias", parts->head.bias.value, parts->head.bias.gradient});
  return parts;
}

void set_dropout(ModelParts& parts, const std::optional<double>& rate) {
  if (!rate) return;
  parts.encoder.for_each_dense([&](nn::Dense& dense) {
    for (nn::LowRank& adapter : dense.adapters) adapter.dropout = *rate;
  });
}

/// The mixture's own head where it is one of this task.
files::TensorMap head_for(const files::TensorMap& head, TaskKind kind) {
  const bool is_span = head.count("qa_outputs.weight") != 0;
  return is_span == (kind == TaskKind::Spans) ? head : files::TensorMap();
}

void set_mixture(ModelParts& parts, std::unique_ptr<adapters::Mixture> mixture) {
  std::vector<Parameter> gate;
  for (const adapters::NamedWeight& named : mixture->weights())
    gate.push_back({named.name, named.weight->value, named.weight->gradient});
  parts.trainable.insert(parts.trainable.begin(), gate.begin(), gate.end());
  parts.mixture = std::move(mixture);
}

/// Mixtures other than X-LoRA in mode ours and adapters by row are computed on padded rows; whether a span's loss sees
/// padding stays as the path asked for would have it.
TaskModelOptions on_padded_rows(TaskModelOptions options) {
  if (!options.span_loss) options.span_loss = options.path == Path::Packed ? SpanLoss::Real : SpanLoss::Padded;
  options.path = Path::Compatible;
  return options;
}

std::vector<const files::AdapterFolder*> pointers_to(const std::vector<files::AdapterFolder>& adapters) {
  std::vector<const files::AdapterFolder*> pointers;
  for (const files::AdapterFolder& adapter : adapters) pointers.push_back(&adapter);
  return pointers;
}

}  // namespace

std::vector<std::unique_ptr<TaskModel>> xlora_models(const files::ModelFolder& model,
                                                     const std::vector<TaskModelOptions>& tasks,
                                                     const files::XloraFolder& mixture,
                                                     const XloraModelOptions& xlora) {
  const bool is_ours = xlora.xlora.mode == adapters::XloraMode::Ours;
  files::XloraFolder used = mixture;
  used.config.dropout = xlora.dropout.value_or(mixture.config.dropout);
  std::unique_ptr<adapters::XloraGate> gate;
  std::vector<std::unique_ptr<TaskModel>> models;
  for (const TaskModelOptions& wanted : tasks) {
    TaskModelOptions options = is_ours ? wanted : on_padded_rows(wanted);
    if (options.head.empty()) options.head = head_for(mixture.head, options.kind);
    auto parts = frozen_parts(model, options, pointers_to(mixture.adapters), xlora.trains_head);
    adapters::MixedModules modules(parts->encoder, parts->adapters);
    // Frozen factors need no dropout against learning by heart; the originals have it all the same.
    set_dropout(*parts, is_ours ? std::optional<double>(0.0) : xlora.dropout);
    if (!gate)
      gate = std::make_unique<adapters::XloraGate>(used, parts->encoder, modules.num_layers(), xlora.xlora.mode);
    set_mixture(*parts, std::make_unique<adapters::Xlora>(std::make_unique<adapters::XloraGate>(*gate),
                                                          std::move(modules), xlora.xlora));
    parts->xlora = std::make_unique<files::XloraFolder>(mixture);
    if (options.path == Path::Packed && !fits_packed_gate(*parts)) options = on_padded_rows(options);
    models.push_back(make_task_model(std::move(parts), options));
  }
  return models;
}

std::unique_ptr<TaskModel> xlora_model(const files::ModelFolder& model, const TaskModelOptions& options,
                                       const files::XloraFolder& mixture, const XloraModelOptions& xlora) {
  return std::move(xlora_models(model, {options}, mixture, xlora).front());
}

files::XloraFolder new_xlora(const files::ModelFolder& model, const std::vector<const files::AdapterFolder*>& adapters,
                             files::XloraConfig config, std::uint64_t seed) {
  TaskModelOptions options;
  options.num_labels = 1;  // any head will do: what counts is which modules the adapters touch
  options.path = Path::Compatible;
  std::vector<files::AdapterFolder> headless;
  for (const files::AdapterFolder* adapter : adapters) {
    headless.push_back(*adapter);
    for (const std::string& name : adapter->other_names()) headless.back().tensors.erase(name);
  }
  files::ModelFolder encoder = model;
  for (const char* name : {"classifier.weight", "classifier.bias", "qa_outputs.weight", "qa_outputs.bias"})
    encoder.tensors.erase(name);
  const auto parts = frozen_parts(encoder, options, pointers_to(headless), false);
  const adapters::MixedModules modules(parts->encoder, parts->adapters);
  files::XloraFolder mixture;
  config.hidden_size = model.config.hidden_size;
  config.adapters.clear();
  config.paths.clear();
  for (std::size_t n = 0; n < adapters.size(); ++n) {
    const std::filesystem::path& folder = adapters[n]->folder;
    std::string name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
    if (std::find(config.adapters.begin(), config.adapters.end(), name) != config.adapters.end())
      name += "-" + std::to_string(n);
    const bool is_package = config.format == files::XloraFormat::Package;
    config.adapters.push_back(is_package ? name : std::to_string(n));
    config.paths.push_back(is_package ? "" : "adapters/" + name);
    mixture.adapters.push_back(*adapters[n]);
  }
  mixture.gate = adapters::new_gate(config, config.hidden_size, modules.num_layers(), seed);
  mixture.config = std::move(config);
  return mixture;
}

std::unique_ptr<TaskModel> mixture_model(const files::ModelFolder& model, const TaskModelOptions& wanted,
                                         const std::vector<const files::AdapterFolder*>& adapters,
                                         const MixingOptions& mixing) {
  const bool is_sum = mixing.kind == Mixing::Sum || mixing.kind == Mixing::Factors;
  const bool may_be_packed = is_sum || mixing.kind == Mixing::Rows;
  TaskModelOptions options = may_be_packed ? wanted : on_padded_rows(wanted);
  if (adapters.empty()) throw UsageError("found no adapters to mix", "name each by --adapter");
  if (mixing.kind == Mixing::Factors) {
    const files::AdapterFolder sum = adapters::summed_factors(adapters, mixing.weights);
    return make_task_model(frozen_parts(model, options, {&sum}, false), options);
  }
  auto parts = frozen_parts(model, options, adapters, false);
  set_dropout(*parts, mixing.dropout);
  adapters::MixedModules modules(parts->encoder, parts->adapters);
  if (mixing.kind == Mixing::Sum) {
    adapters::weigh_adapters(parts->encoder, modules, mixing.weights);
  } else if (mixing.kind == Mixing::Rows) {
    set_mixture(*parts, adapters::make_row_adapters(std::move(modules)));
    if (options.path == Path::Packed && !fits_packed_gate(*parts)) options = on_padded_rows(options);
  } else if (mixing.kind == Mixing::Arrow) {
    set_mixture(*parts, adapters::make_arrow(parts->encoder, std::move(modules), mixing.top_k, mixing.temperature));
  } else {
    adapters::MeteoraOptions meteora = mixing.meteora;
    meteora.top_k = mixing.top_k;
    set_mixture(*parts, adapters::make_meteora(parts->encoder, std::move(modules), meteora));
  }
  return make_task_model(std::move(parts), options);
}

}  // namespace lorascope::tasks
