#include "core/tasks/task_model.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/files/adapter_folder.h"
#include "core/files/xlora_folder.h"
#include "core/tasks/model_parts.h"
#include "core/tasks/pass.h"

namespace lorascope::tasks {
namespace {

class LoadedTaskModel final : public TaskModel {
 public:
  LoadedTaskModel(std::unique_ptr<ModelParts> parts, const TaskModelOptions& options)
      : parts_(std::move(parts)), path_(options.path) {
    pass_ = path_ == Path::Packed ? make_packed_pass(*parts_) : make_compatible_pass(*parts_, options.device);
  }

  TaskKind kind() const override { return parts_->kind; }
  Path path() const override { return path_; }
  std::int64_t num_labels() const override { return parts_->head.weight.value.size(0); }
  SpanLoss span_loss() const override { return parts_->span_loss; }
  std::int64_t max_positions() const override { return parts_->config.max_positions; }
  const std::vector<Parameter>& trainable() const override { return parts_->trainable; }
  ParameterCounts counts() const override { return parts_->counts(); }
  void zero_gradients() override { pass_->zero_gradients(); }
  void values_changed() override {
    merged_.reset();
    pass_->forget_evaluated();
  }

  double train_micro_batch(const Batch& batch, double loss_weight, const nn::DropoutKey& key) override {
    check(batch);
    values_changed();
    if (batch.tokens.num_tokens() == 0) return 0;
    return needs_padding(batch) ? pass_->train(padded(batch), loss_weight, key) : pass_->train(batch, loss_weight, key);
  }

  Output evaluate(const Batch& batch, const EvaluateOptions& options) override {
    check(batch);
    nn::Encoder* encoder = &parts_->encoder;
    const bool can_merge = parts_->precision == nn::Precision::Fp32 && !parts_->adapters.empty() && !parts_->mixture;
    if (options.merged && can_merge) {
      if (!merged_) merged_ = adapters::merged(parts_->encoder);
      encoder = &*merged_;
    }
    if (!needs_padding(batch)) return pass_->evaluate(*encoder, batch, options.hidden_states);
    return without_padding(batch.tokens, pass_->evaluate(*encoder, padded(batch), options.hidden_states));
  }

  std::vector<LowRankFactors> low_rank_factors() const override;
  std::vector<std::pair<std::string, at::Tensor>> encoder_matrices() const override;
  std::map<std::string, at::Tensor> export_model() const override;
  files::AdapterFolder export_adapter() const override;
  bool is_mixture() const override { return parts_->mixture != nullptr; }
  files::XloraFolder export_xlora() const override;
  std::map<std::string, at::Tensor> export_gates() const override;

 private:
  void check(const Batch& batch) const {
    const nn::PackedBatch& tokens = batch.tokens;
    const std::int64_t types = parts_->config.type_vocab_size;
    for (std::int64_t t = 0; t < tokens.num_tokens(); ++t) {
      check_range("position of token", tokens.positions[t], parts_->config.max_positions, t);
      check_range("token id of token", tokens.ids[t], parts_->config.vocab_size, t);
      if (types > 0) check_range("segment id of token", tokens.types[t], types, t);
    }
    const bool is_choice = parts_->kind == TaskKind::Choices;
    const std::int64_t labels = is_choice ? batch.choices : num_labels();
    for (std::size_t row = 0; row < batch.labels.size(); ++row)
      if (batch.labels[row] != -100)
        check_range(is_choice ? "label of example" : "label of token", batch.labels[row], labels,
                    static_cast<std::int64_t>(row));
  }

  /// Whether padding has to be computed as well: the loss looks at it, or a pooler at a first column that is padding.
  bool needs_padding(const Batch& batch) const {
    const nn::PackedBatch& tokens = batch.tokens;
    if (!tokens.real_lengths.empty() || parts_->kind == TaskKind::Tokens || tokens.num_tokens() == 0) return false;
    if (parts_->kind == TaskKind::Spans)
      return parts_->span_loss == SpanLoss::Padded && !batch.start_positions.empty();
    for (std::int64_t b = 0; b < tokens.num_sequences(); ++b)
      if (tokens.length(b) == 0 || tokens.positions[tokens.boundaries[b]] != 0) return true;
    return false;
  }

  Batch padded(const Batch& batch) const {
    Batch padded = batch;
    padded.tokens = nn::with_padding(batch.tokens, parts_->config.pad_token_id);
    return padded;
  }

  /// The rows of the tokens that `tokens` had before padding was added.
  Output without_padding(const nn::PackedBatch& tokens, Output output) const {
    const std::int64_t columns = tokens.num_columns();
    std::vector<std::int64_t> kept;
    for (std::int64_t b = 0; b < tokens.num_sequences(); ++b)
      for (std::int64_t t = 0; t < tokens.length(b); ++t) kept.push_back(b * columns + t);
    const at::Tensor rows = at::tensor(kept, at::kLong);
    if (parts_->kind != TaskKind::Choices) output.logits = output.logits.index_select(0, rows);
    for (at::Tensor& state : output.hidden_states) state = state.index_select(0, rows);
    for (at::Tensor* scalings : {&output.scalings, &output.applied})
      if (scalings->defined()) *scalings = scalings->index_select(0, rows);
    return output;
  }

  static void check_range(const std::string& what, std::int64_t value, std::int64_t limit, std::int64_t number) {
    if (value >= 0 && value < limit) return;
    throw DataError("the batch does not fit the model",
                    Problem{what + " " + std::to_string(number), std::to_string(value),
                            "0 to " + std::to_string(limit - 1), ""});
  }

  std::unique_ptr<ModelParts> parts_;
  Path path_;
  std::unique_ptr<Pass> pass_;
  std::optional<nn::Encoder> merged_;
};

std::vector<TaskModel::LowRankFactors> LoadedTaskModel::low_rank_factors() const {
  std::vector<LowRankFactors> factors;
  nn::Encoder encoder = parts_->encoder;
  const auto add = [&](const auto& module) {
    for (const nn::LowRank& adapter : module.adapters) {
      LowRankFactors made{module.path, adapter.scaling, adapter.a.value, adapter.b.value};
      // The change is one against the base as it was before the adapter's start was taken out of it.
      for (const adapters::AttachedAdapter& attached : parts_->adapters) {
        const auto start = attached.taken_out.find(module.path);
        if (start == attached.taken_out.end()) continue;
        made.a = at::cat({made.a, start->second.a.to(made.a.device())}, 0);
        made.b = at::cat({made.b, -start->second.b.to(made.b.device())}, 1);
      }
      factors.push_back(std::move(made));
    }
  };
  encoder.for_each_embedding([&](nn::Embedding& table) { add(table); });
  encoder.for_each_dense([&](nn::Dense& dense) { add(dense); });
  return factors;
}

std::vector<std::pair<std::string, at::Tensor>> LoadedTaskModel::encoder_matrices() const {
  std::vector<std::pair<std::string, at::Tensor>> matrices;
  nn::Encoder encoder = parts_->encoder;
  encoder.for_each_dense([&](nn::Dense& dense) { matrices.emplace_back(dense.path + ".weight", dense.weight.value); });
  return matrices;
}

std::map<std::string, at::Tensor> LoadedTaskModel::export_model() const {
  std::map<std::string, at::Tensor> tensors;
  nn::Encoder encoder = parts_->encoder;
  encoder.for_each_weight([&](const std::string& name, nn::Weight& weight) { tensors[name] = weight.value; });
  tensors[parts_->head.path + ".weight"] = parts_->head.weight.value;
  tensors[parts_->head.path + ".bias"] = parts_->head.bias.value;
  return tensors;
}

files::AdapterFolder LoadedTaskModel::export_adapter() const {
  if (parts_->adapters.size() != 1)
    throw Error("this model has " + std::to_string(parts_->adapters.size()) + " adapters; one can be written");
  files::AdapterFolder folder;
  folder.config = parts_->adapters.front().config;
  for (const adapters::NamedWeight& named : parts_->adapters.front().weights)
    folder.tensors[named.name] = named.weight->value;
  for (const Parameter& parameter : parts_->trainable) folder.tensors[parameter.name] = parameter.value;
  for (const auto& [name, value] : parts_->saved) folder.tensors[name] = value;
  return folder;
}

files::XloraFolder LoadedTaskModel::export_xlora() const {
  if (!parts_->xlora) return TaskModel::export_xlora();
  files::XloraFolder folder = *parts_->xlora;
  std::map<std::string, at::Tensor> values;
  for (const adapters::NamedWeight& named : parts_->mixture->weights()) values[named.name] = named.weight->value;
  for (files::GateLayer& layer : folder.gate) {
    layer.weight = values.at(layer.weight_name);
    if (layer.bias.defined()) layer.bias = values.at(layer.bias_name);
  }
  folder.head = {{parts_->head.path + ".weight", parts_->head.weight.value},
                 {parts_->head.path + ".bias", parts_->head.bias.value}};
  for (std::size_t n = 0; n < parts_->adapters.size(); ++n)
    for (const adapters::NamedWeight& named : parts_->adapters[n].weights)
      folder.adapters[n].tensors[named.name] = named.weight->value;
  return folder;
}

std::map<std::string, at::Tensor> LoadedTaskModel::export_gates() const {
  std::map<std::string, at::Tensor> gates;
  if (parts_->mixture && !parts_->xlora)
    for (const adapters::NamedWeight& named : parts_->mixture->weights()) gates[named.name] = named.weight->value;
  return gates.empty() ? TaskModel::export_gates() : gates;
}

}  // namespace

TaskModel::~TaskModel() = default;

std::map<std::string, at::Tensor> TaskModel::export_gates() const {
  throw Error("this model has no gates of modules to write");
}

files::XloraFolder TaskModel::export_xlora() const {
  throw Error("this model is no X-LoRA: it has no gate to write");
}

std::unique_ptr<TaskModel> make_task_model(std::unique_ptr<ModelParts> parts, const TaskModelOptions& options) {
  return std::make_unique<LoadedTaskModel>(std::move(parts), options);
}

std::unique_ptr<TaskModel> TaskModel::full(const files::ModelFolder& model, const TaskModelOptions& options) {
  return std::make_unique<LoadedTaskModel>(full_parts(model, options), options);
}

std::unique_ptr<TaskModel> TaskModel::with_new_adapter(const files::ModelFolder& model, const TaskModelOptions& options,
                                                       const files::AdapterConfig& lora) {
  return std::make_unique<LoadedTaskModel>(new_adapter_parts(model, options, lora), options);
}

std::unique_ptr<TaskModel> TaskModel::with_adapters(const files::ModelFolder& model, const TaskModelOptions& options,
                                                    const std::vector<const files::AdapterFolder*>& adapters) {
  return std::make_unique<LoadedTaskModel>(stored_adapter_parts(model, options, adapters), options);
}

}  // namespace lorascope::tasks
