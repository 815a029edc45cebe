#include "core/tasks/mixture_model.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/files/adapter_match.h"
#include "core/files/model_folder.h"
#include "core/files/xlora_folder.h"
#include "core/tasks/frozen_parts.h"
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

}  // namespace

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

namespace {

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

/// What the mixture trains, in front of what is trained besides.
void collect_gates(ModelParts& parts) {
  std::vector<Parameter> gate;
  for (const adapters::NamedWeight& named : parts.mixture->weights())
    gate.push_back({named.name, named.weight->value, named.weight->gradient});
  parts.trainable.insert(parts.trainable.begin(), gate.begin(), gate.end());
}

/// The first mixture's gates become `gates`; those of further ones become the same memory.
void share_gates(adapters::Mixture& mixture, std::vector<nn::Weight>& gates) {
  const std::vector<adapters::NamedWeight> weights = mixture.weights();
  if (gates.empty())
    for (const adapters::NamedWeight& named : weights) gates.push_back(*named.weight);
  else
    for (std::size_t i = 0; i < weights.size(); ++i) *weights[i].weight = gates[i];
}

/// X-LoRA in the originals' modes and adapters with a bias on B are computed on padded rows; whether a span's loss sees
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

/// The head and the pooler that an adapter brings for this task. Throws CheckpointError where it brings more of the
/// encoder: rows of one batch share that.
OwnHead own_head(const files::ModelFolder& model, const files::AdapterFolder& adapter, TaskKind kind) {
  const files::AdapterMatch match = files::match_adapter(adapter, model.config, kind == TaskKind::Choices);
  const auto placed = [&](const std::string& path) -> std::optional<nn::Dense> {
    nn::Dense dense{path, {}, {}, {}};
    for (const auto* tensors : {&match.head, &match.replaced})
      for (const auto& [ending, weight] : {std::pair(".weight", &dense.weight), std::pair(".bias", &dense.bias)})
        if (const auto found = tensors->find(path + ending); found != tensors->end())
          weight->value = found->second.value.to(at::kFloat);
    if (!dense.weight.value.defined() || !dense.bias.value.defined()) return std::nullopt;
    return dense;
  };
  const std::string pooler = files::family_names(model.config.family).pooler;
  for (const auto& [name, tensor] : match.replaced)
    if (name.rfind(pooler + ".", 0) != 0)
      throw CheckpointError("cannot give each row its own adapter",
                            Problem{adapter.folder.string(), tensor.file_name, "adapters that leave the base as it is",
                                    "evaluate this adapter alone"});
  OwnHead own{placed(kind == TaskKind::Spans ? "qa_outputs" : "classifier"), std::nullopt};
  if (kind == TaskKind::Choices) own.pooler = placed(pooler);
  return own;
}

/// Adapters by row: each with its own head, which `options.head` goes before; the folder's for rows without an adapter.
std::unique_ptr<ModelParts> row_parts(const files::ModelFolder& model, const TaskModelOptions& options,
                                      const std::vector<const files::AdapterFolder*>& adapters) {
  std::vector<files::AdapterFolder> headless;
  std::vector<OwnHead> heads;
  TaskModelOptions used = options;
  const std::string name = std::string(options.kind == TaskKind::Spans ? "qa_outputs" : "classifier") + ".weight";
  const bool has_base_head = !options.head.empty() || model.tensors.count(name) != 0;
  for (const files::AdapterFolder* adapter : adapters) {
    headless.push_back(*adapter);
    for (const std::string& other : adapter->other_names()) headless.back().tensors.erase(other);
    heads.push_back(options.head.empty() ? own_head(model, *adapter, options.kind) : OwnHead());
    const OwnHead& own = heads.back();
    if (has_base_head || !used.head.empty() || !own.head) continue;
    // Only where no row asks for it: used_head() refuses.
    for (const std::optional<nn::Dense>& dense : {own.head, own.pooler})
      if (dense) used.head[dense->path + ".weight"] = dense->weight.value, used.head[dense->path + ".bias"] = dense->bias.value;
  }
  auto parts = frozen_parts(model, used, pointers_to(headless), false);
  for (const OwnHead& own : heads)
    if (own.head && own.head->weight.value.sizes() != parts->head.weight.value.sizes())
      throw CheckpointError("cannot give each row its own adapter",
                            Problem{own.head->path + ".weight", files::shape_text(own.head->weight.value.sizes().vec()),
                                    files::shape_text(parts->head.weight.value.sizes().vec()),
                                    "the adapters' heads must have equally many labels"});
  parts->own_heads = std::move(heads);
  parts->has_base_head = has_base_head || used.head.empty();
  return parts;
}

/// Encoder, adapters, head and mixture, the mixture's gates not yet among what is trained.
std::unique_ptr<ModelParts> mixed_parts(const files::ModelFolder& model, const TaskModelOptions& options,
                                        const std::vector<const files::AdapterFolder*>& adapters,
                                        const MixingOptions& mixing) {
  if (mixing.kind == Mixing::Factors) {
    const files::AdapterFolder sum = adapters::summed_factors(adapters, mixing.weights);
    return frozen_parts(model, options, {&sum}, mixing.trains_head);
  }
  auto parts = mixing.kind == Mixing::Rows ? row_parts(model, options, adapters)
                                           : frozen_parts(model, options, adapters, mixing.trains_head);
  set_dropout(*parts, mixing.dropout);
  adapters::MixedModules modules(parts->encoder, parts->adapters);
  switch (mixing.kind) {
    case Mixing::Factors:
    case Mixing::Sum:
      adapters::weigh_adapters(parts->encoder, modules, mixing.weights);
      break;
    case Mixing::Rows:
      parts->mixture = adapters::make_row_adapters(std::move(modules));
      break;
    case Mixing::Arrow:
      parts->mixture = adapters::make_arrow(parts->encoder, std::move(modules), mixing.top_k, mixing.temperature);
      break;
    case Mixing::Meteora:
      adapters::MeteoraOptions meteora = mixing.meteora;
      meteora.top_k = mixing.top_k;
      parts->mixture = adapters::make_meteora(parts->encoder, std::move(modules), meteora);
      break;
  }
  return parts;
}

void check_own_adapters(const std::vector<std::int64_t>& own_adapters, std::size_t num_tasks) {
  if (!own_adapters.empty() && own_adapters.size() != num_tasks)
    throw UsageError("found own adapters for " + std::to_string(own_adapters.size()) + " tasks, expected " +
                     std::to_string(num_tasks));
}

}  // namespace

std::vector<std::unique_ptr<TaskModel>> xlora_models(const files::ModelFolder& model,
                                                     const std::vector<TaskModelOptions>& tasks,
                                                     const files::XloraFolder& mixture,
                                                     const XloraModelOptions& xlora) {
  check_own_adapters(xlora.own_adapters, tasks.size());
  const bool is_ours = xlora.xlora.mode == adapters::XloraMode::Ours;
  files::XloraFolder used = mixture;
  used.config.dropout = xlora.dropout.value_or(mixture.config.dropout);
  std::unique_ptr<adapters::XloraGate> gate;
  std::vector<std::unique_ptr<TaskModel>> models;
  adapters::XloraOptions own = xlora.xlora;
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    if (!xlora.own_adapters.empty()) own.own_adapter = xlora.own_adapters[task];
    TaskModelOptions options = is_ours ? tasks[task] : on_padded_rows(tasks[task]);
    if (options.head.empty()) options.head = head_for(mixture.head, options.kind);
    auto parts = frozen_parts(model, options, pointers_to(mixture.adapters), xlora.trains_head);
    adapters::MixedModules modules(parts->encoder, parts->adapters);
    // Frozen factors need no dropout against learning by heart; the originals have it all the same.
    set_dropout(*parts, is_ours ? std::optional<double>(0.0) : xlora.dropout);
    if (!gate)
      gate = std::make_unique<adapters::XloraGate>(used, parts->encoder, modules.num_layers(), xlora.xlora.mode);
    parts->mixture = std::make_unique<adapters::Xlora>(std::make_unique<adapters::XloraGate>(*gate),
                                                       std::move(modules), own);
    collect_gates(*parts);
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

std::unique_ptr<TaskModel> mixture_model(const files::ModelFolder& model, const TaskModelOptions& options,
                                         const std::vector<const files::AdapterFolder*>& adapters,
                                         const MixingOptions& mixing) {
  return std::move(mixture_models(model, {options}, adapters, mixing).front());
}

std::vector<std::unique_ptr<TaskModel>> mixture_models(const files::ModelFolder& model,
                                                       const std::vector<TaskModelOptions>& tasks,
                                                       const std::vector<const files::AdapterFolder*>& adapters,
                                                       const MixingOptions& mixing) {
  if (adapters.empty()) throw UsageError("found no adapters to mix", "name each by --adapter");
  check_own_adapters(mixing.own_adapters, tasks.size());
  MixingOptions own = mixing;
  if (own.weights.empty()) own.weights.assign(adapters.size(), 1.0 / static_cast<double>(adapters.size()));
  std::vector<nn::Weight> gates;
  std::vector<std::unique_ptr<TaskModel>> models;
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    own.meteora.own_adapter = mixing.own_adapters.empty() ? -1 : mixing.own_adapters[task];
    TaskModelOptions options = tasks[task];
    auto parts = mixed_parts(model, options, adapters, own);
    if (parts->mixture) share_gates(*parts->mixture, gates);
    if (parts->mixture) collect_gates(*parts);
    if (parts->mixture && options.path == Path::Packed && !fits_packed_gate(*parts)) options = on_padded_rows(options);
    models.push_back(make_task_model(std::move(parts), options));
  }
  return models;
}

adapters::FoundWeights search_mixture(const files::ModelFolder& model, const TaskModelOptions& options,
                                      const std::vector<const files::AdapterFolder*>& adapters,
                                      const MixingOptions& mixing, const Batch& examples,
                                      const adapters::WeightSearchOptions& search) {
  if (mixing.kind != Mixing::Sum && mixing.kind != Mixing::Factors)
    throw UsageError("only weights of sums are searched: of the updates or of the factors");
  MixingOptions tried = mixing;
  return adapters::search_weights(adapters.size(), search, [&](const std::vector<double>& weights) {
    tried.weights = weights;
    return mixture_model(model, options, adapters, tried)->evaluate(examples).loss;
  });
}

}  // namespace lorascope::tasks
