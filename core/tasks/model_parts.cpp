#include "core/tasks/model_parts.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/files/adapter_folder.h"
#include "core/nn/initialise.h"

namespace lorascope::tasks {
namespace {

constexpr const char* kWrapper = "base_model.model.";

std::string head_path(TaskKind kind) {
  return kind == TaskKind::Spans ? "qa_outputs" : "classifier";
}

std::int64_t head_rows(TaskKind kind, std::int64_t num_labels) {
  if (kind == TaskKind::Spans) return 2;
  return kind == TaskKind::Choices ? 1 : num_labels;
}

const at::Tensor* find(const std::map<std::string, at::Tensor>& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  return found == tensors.end() ? nullptr : &found->second;
}

/// Where the originals have dropout; `all` takes the place of every rate.
nn::DropoutRates dropout_rates(const files::ModelConfig& config, TaskKind kind, const std::optional<double>& all) {
  const bool is_distilled = config.family == files::Family::DistilBert;
  double head = config.head_dropout();
  if (kind == TaskKind::Spans) head = is_distilled ? config.span_dropout : 0;
  if (kind == TaskKind::Choices && is_distilled) head = config.choice_dropout;
  nn::DropoutRates rates{config.hidden_dropout, config.attention_dropout, config.hidden_dropout, config.hidden_dropout,
                         head};
  if (all) rates = {*all, *all, *all, *all, kind == TaskKind::Spans && !is_distilled ? 0 : *all};
  if (is_distilled) rates.attention_output = 0;
  return rates;
}

/// The head out of `tensors`, or nothing. Throws CheckpointError where only half of it is there or its shape is wrong.
std::optional<nn::Dense> stored_head(const std::map<std::string, at::Tensor>& tensors, TaskKind kind,
                                     const files::ModelFolder& model, std::int64_t num_labels) {
  const std::string path = head_path(kind);
  const at::Tensor* weight = find(tensors, path + ".weight");
  const at::Tensor* bias = find(tensors, path + ".bias");
  if (!weight && !bias) return std::nullopt;
  const std::string message = "cannot use the head \"" + path + "\" with the model in " + model.folder.string();
  if (!weight || !bias)
    throw CheckpointError(message,
                          Problem{path + (weight ? ".bias" : ".weight"), "no such tensor", "a weight and a bias", ""});
  const std::int64_t rows = head_rows(kind, num_labels > 0 ? num_labels : weight->dim() == 2 ? weight->size(0) : 0);
  const std::vector<std::int64_t> expected{rows, model.config.hidden_size};
  if (weight->sizes().vec() != expected)
    throw CheckpointError(message, Problem{path + ".weight", "shape " + files::shape_text(weight->sizes().vec()),
                                           files::shape_text(expected), "give the head of this task and model"});
  if (bias->sizes().vec() != std::vector<std::int64_t>{rows})
    throw CheckpointError(message, Problem{path + ".bias", "shape " + files::shape_text(bias->sizes().vec()),
                                           files::shape_text({rows}), "give the head of this task and model"});
  return nn::Dense{path, {*weight, {}}, {*bias, {}}, {}};
}

nn::Dense new_head(TaskKind kind, const files::ModelFolder& model, const TaskModelOptions& options) {
  const std::int64_t rows = head_rows(kind, options.num_labels);
  const std::string path = head_path(kind);
  if (!options.may_draw_head)
    throw CheckpointError("cannot use the model in " + model.folder.string() + " for this task",
                          Problem{path + ".weight", "no such tensor", "a trained head",
                                  "give its file, or the adapter that it was trained with"});
  if (rows <= 0)
    throw CheckpointError("cannot tell the number of labels of the model in " + model.folder.string(),
                          Problem{path + ".weight", "no such tensor", "a head", "give a head, or the data's labels"});
  const at::Tensor weight =
      nn::draw_normal({rows, model.config.hidden_size}, model.config.initializer_range, options.seed, path + ".weight");
  return nn::Dense{path, {weight, {}}, {at::zeros({rows}, at::kFloat), {}}, {}};
}

struct ChosenHead {
  nn::Dense head;
  bool is_given = false;  ///< by the options
  bool is_drawn = false;
};

/// The given head, else the folder's, else a new one. The number of labels asked for holds for all but a given head.
ChosenHead choose_head(const files::ModelFolder& model, const TaskModelOptions& options) {
  if (auto given = stored_head(options.head, options.kind, model, 0)) return {std::move(*given), true, false};
  if (auto stored = stored_head(model.tensors, options.kind, model, options.num_labels))
    return {std::move(*stored), false, false};
  return {new_head(options.kind, model, options), false, true};
}

files::TensorMap placed(const files::TensorMap& tensors, const std::string& device) {
  if (device == "cpu") return tensors;
  files::TensorMap moved;
  for (const auto& [name, tensor] : tensors) moved[name] = tensor.to(at::Device(device));
  return moved;
}

void own(nn::Dense& head, const nn::Encoder& encoder, bool trained) {
  const at::Device device = encoder.word.weight.value.device();
  head.weight.value = head.weight.value.to(device, at::kFloat, false, true);
  head.bias.value = head.bias.value.to(device, at::kFloat, false, true);
  if (!trained) return;
  nn::make_trained(head.weight);
  nn::make_trained(head.bias);
}

std::int64_t num_values(const nn::Dense& dense) {
  return dense.weight.value.numel() + dense.bias.value.numel();
}

void train_head(ModelParts& parts, const std::string& weight_name, const std::string& bias_name) {
  parts.trainable.push_back({weight_name, parts.head.weight.value, parts.head.weight.gradient});
  parts.trainable.push_back({bias_name, parts.head.bias.value, parts.head.bias.gradient});
}

/// The layer between first token and choices: the given one, else the folder's, else a new one.
void choose_pooler(files::TensorMap& tensors, const files::ModelFolder& model, const TaskModelOptions& options) {
  const std::string path = files::family_names(model.config.family).pooler;
  const std::int64_t hidden = model.config.hidden_size;
  for (const char* ending : {".weight", ".bias"}) {
    const std::string name = path + ending;
    const bool is_weight = name.back() == 't';
    if (const at::Tensor* given = find(options.head, name)) {
      const std::vector<std::int64_t> expected =
          is_weight ? std::vector<std::int64_t>{hidden, hidden} : std::vector<std::int64_t>{hidden};
      if (given->sizes().vec() != expected)
        throw CheckpointError("cannot use the given head with the model in " + model.folder.string(),
                              Problem{name, "shape " + files::shape_text(given->sizes().vec()),
                                      files::shape_text(expected), "give the head of this task and model"});
      tensors[name] = *given;
    }
    if (tensors.count(name) != 0) continue;
    if (!options.may_draw_head)
      throw CheckpointError("cannot use the model in " + model.folder.string() + " for this task",
                            Problem{name, "no such tensor", "the layer between first token and choices",
                                    "give a checkpoint that was trained with it"});
    tensors[name] = is_weight ? nn::draw_normal({hidden, hidden}, model.config.initializer_range, options.seed, name)
                              : at::zeros({hidden}, at::kFloat);
  }
}

std::unique_ptr<ModelParts> base_parts(const files::ModelFolder& model, const TaskModelOptions& options, bool trained) {
  auto parts = std::make_unique<ModelParts>();
  parts->kind = options.kind;
  parts->config = model.config;
  parts->rates = dropout_rates(model.config, options.kind, options.dropout);
  parts->checkpoints = options.checkpoints;
  parts->precision = options.precision;
  parts->span_loss =
      options.span_loss.value_or(options.path == Path::Packed ? SpanLoss::Real : SpanLoss::Padded);
  files::TensorMap tensors = model.tensors;
  const bool with_pooler = options.kind == TaskKind::Choices;
  if (with_pooler) choose_pooler(tensors, model, options);
  parts->encoder = nn::make_encoder(model.config, placed(tensors, options.device), with_pooler, trained);
  return parts;
}

/// DistilBERT's pre_classifier belongs to the head: PEFT trains and saves both under the head's name, a suffix of both.
bool pooler_is_head(const ModelParts& parts) {
  return parts.encoder.pooler && parts.config.family == files::Family::DistilBert;
}

void follow_rows(nn::Embedding& table, nn::RowActivity& rows, std::vector<Parameter>& trainable) {
  rows.ever_touched.assign(table.weight.value.size(0), 0);
  table.rows = &rows;
  for (Parameter& parameter : trainable)
    if (parameter.name == table.path + ".weight") parameter.rows = &rows;
}

void collect_adapter_weights(ModelParts& parts) {
  for (const adapters::AttachedAdapter& adapter : parts.adapters)
    for (const adapters::NamedWeight& named : adapter.weights)
      if (named.weight->is_trained())
        parts.trainable.push_back({named.name, named.weight->value, named.weight->gradient});
}

/// What PEFT adds to a config for a task: the task's type, the family's modules, and the head among those that are
/// saved whole.
files::AdapterConfig completed(files::AdapterConfig config, const ModelParts& parts, bool with_head) {
  const TaskKind kind = parts.kind;
  if (!config.task_type && kind == TaskKind::Tokens) config.task_type = "TOKEN_CLS";
  if (!config.task_type && kind == TaskKind::Spans) config.task_type = "QUESTION_ANS";
  if (config.target_modules.is_empty())
    config.target_modules.names = files::family_names(parts.config.family).lora_targets;
  if (pooler_is_head(parts) && config.target_modules.is_all_linear() && config.exclude_modules.is_empty())
    config.exclude_modules.names = {parts.encoder.pooler->path};
  if (with_head && config.modules_to_save.empty()) {
    config.modules_to_save = {head_path(kind)};
    if (kind == TaskKind::Tokens) config.modules_to_save.push_back("score");
    if (pooler_is_head(parts)) config.modules_to_save.push_back(parts.encoder.pooler->path);
  }
  return config;
}

/// "all-linear" as the modules that it turned out to mean: what [PEFT] writes, and what it can read for every task.
void name_modules(adapters::AttachedAdapter& adapter) {
  files::AdapterConfig& config = adapter.config;
  if (!config.target_modules.is_all_linear()) return;
  config.target_modules = {adapter.modules, std::nullopt};
  config.exclude_modules = {};
}

/// The head that an adapter brings, or nothing.
std::optional<nn::Dense> head_of(const files::AdapterMatch& match, TaskKind kind, const files::ModelFolder& model) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, placed] : match.head) tensors[name] = placed.value;
  return stored_head(tensors, kind, model, 0);
}

}  // namespace

ParameterCounts ModelParts::counts() const {
  ParameterCounts result;
  nn::Encoder everything = encoder;
  everything.for_each_weight([&](const std::string&, nn::Weight& weight) { result.all += weight.value.numel(); });
  const auto add = [&](const std::vector<nn::LowRank>& modules) {
    for (const nn::LowRank& adapter : modules) {
      result.all += adapter.a.value.numel() + adapter.b.value.numel();
      if (adapter.b_bias.value.defined()) result.all += adapter.b_bias.value.numel();
      if (adapter.magnitude.value.defined()) result.all += adapter.magnitude.value.numel();
    }
  };
  everything.for_each_dense([&](nn::Dense& dense) { add(dense.adapters); });
  everything.for_each_embedding([&](nn::Embedding& table) { add(table.adapters); });
  result.all += num_values(head) + frozen_head_values;
  if (mixture)
    for (const adapters::NamedWeight& named : mixture->weights()) result.all += named.weight->value.numel();
  for (const Parameter& parameter : trainable) result.trainable += parameter.value.numel();
  return result;
}

UsedHead ModelParts::used_head(nn::Encoder& of, std::int64_t adapter) {
  UsedHead used{head, of.pooler ? &*of.pooler : nullptr};
  if (own_heads.empty()) return used;
  if (adapter < 0 && !has_base_head)
    throw CheckpointError("cannot predict for examples without an adapter",
                          Problem{head.path, "no such head in the model folder", "a trained head",
                                  "name an adapter for each example"});
  if (adapter < 0) return used;
  OwnHead& own = own_heads[static_cast<std::size_t>(adapter)];
  return {own.head ? *own.head : head, own.pooler ? &*own.pooler : used.pooler};
}

std::unique_ptr<ModelParts> full_parts(const files::ModelFolder& model, const TaskModelOptions& options) {
  auto parts = base_parts(model, options, true);
  parts->head = choose_head(model, options).head;
  own(parts->head, parts->encoder, true);
  parts->encoder.for_each_weight([&](const std::string& name, nn::Weight& weight) {
    if (weight.is_trained()) parts->trainable.push_back({name, weight.value, weight.gradient});
  });
  if (options.path == Path::Packed) {
    follow_rows(parts->encoder.word, parts->word_rows, parts->trainable);
    follow_rows(parts->encoder.position, parts->position_rows, parts->trainable);
  }
  train_head(*parts, parts->head.path + ".weight", parts->head.path + ".bias");
  return parts;
}

std::unique_ptr<ModelParts> new_adapter_parts(const files::ModelFolder& model, const TaskModelOptions& options,
                                              const files::AdapterConfig& lora) {
  auto parts = base_parts(model, options, false);
  ChosenHead chosen = choose_head(model, options);
  parts->head = std::move(chosen.head);
  own(parts->head, parts->encoder, options.train_head);
  const bool saves_head = options.train_head || chosen.is_drawn;
  const files::AdapterConfig config = completed(lora, *parts, saves_head);
  parts->adapters.push_back(adapters::attach_new_adapter(parts->encoder, config, options.seed));
  name_modules(parts->adapters.back());
  parts->frozen_head_values = parts->adapters.back().copied_values;
  collect_adapter_weights(*parts);
  std::vector<nn::Dense*> modules{&parts->head};
  if (pooler_is_head(*parts)) {
    nn::Dense& pooler = *parts->encoder.pooler;
    own(pooler, parts->encoder, options.train_head);
    modules.insert(modules.begin(), &pooler);
  }
  for (nn::Dense* module : modules) {
    if (!saves_head) continue;
    for (const auto& [ending, weight] : {std::pair(".weight", &module->weight), std::pair(".bias", &module->bias)}) {
      const std::string name = kWrapper + module->path + ending;
      if (options.train_head)
        parts->trainable.push_back({name, weight->value, weight->gradient});
      else
        parts->saved[name] = weight->value;
    }
    if (options.train_head) parts->frozen_head_values += num_values(*module);
  }
  return parts;
}

std::unique_ptr<ModelParts> stored_adapter_parts(const files::ModelFolder& model, const TaskModelOptions& options,
                                                 const std::vector<const files::AdapterFolder*>& stored) {
  auto parts = base_parts(model, options, false);
  const bool one = stored.size() == 1;
  std::optional<nn::Dense> head;
  std::map<std::string, std::string> names;
  std::int64_t copied_values = 0;
  for (const files::AdapterFolder* adapter : stored) {
    const files::AdapterMatch match = files::match_adapter(*adapter, model.config, parts->encoder.pooler.has_value());
    parts->adapters.push_back(adapters::attach_stored_adapter(parts->encoder, adapter->config, match, one));
    copied_values += parts->adapters.back().copied_values;
    if (head || !options.head.empty()) continue;
    head = head_of(match, options.kind, model);
    for (const auto& [name, placed] : match.head) names[name] = placed.file_name;
  }
  const bool is_brought = head.has_value();
  const ChosenHead chosen = is_brought ? ChosenHead{*head, false} : choose_head(model, options);
  parts->head = chosen.head;
  own(parts->head, parts->encoder, is_brought || chosen.is_given);
  parts->frozen_head_values = copied_values + (is_brought ? num_values(parts->head) : 0);
  collect_adapter_weights(*parts);
  const std::string weight = parts->head.path + ".weight", bias = parts->head.path + ".bias";
  if (is_brought) train_head(*parts, names.at(weight), names.at(bias));
  if (is_brought || !chosen.is_given) return parts;
  const std::string given_pooler = pooler_is_head(*parts) ? parts->encoder.pooler->path : "";
  if (find(options.head, given_pooler + ".weight")) {
    nn::Dense& pooler = *parts->encoder.pooler;
    own(pooler, parts->encoder, true);
    parts->trainable.push_back({given_pooler + ".weight", pooler.weight.value, pooler.weight.gradient});
    parts->trainable.push_back({given_pooler + ".bias", pooler.bias.value, pooler.bias.gradient});
  }
  train_head(*parts, weight, bias);
  return parts;
}

}  // namespace lorascope::tasks
