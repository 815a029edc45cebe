#include "core/tasks/task_model.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/files/adapter_folder.h"
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
    return batch.tokens.num_tokens() == 0 ? 0 : pass_->train(batch, loss_weight, key);
  }

  Output evaluate(const Batch& batch, const EvaluateOptions& options) override {
    check(batch);
    if (!options.merged || parts_->adapters.empty())
      return pass_->evaluate(parts_->encoder, batch, options.hidden_states);
    if (!merged_) merged_ = adapters::merged(parts_->encoder);
    return pass_->evaluate(*merged_, batch, options.hidden_states);
  }

  std::vector<LowRankFactors> low_rank_factors() const override;
  std::vector<std::pair<std::string, at::Tensor>> encoder_matrices() const override;
  std::map<std::string, at::Tensor> export_model() const override;
  files::AdapterFolder export_adapter() const override;

 private:
  void check(const Batch& batch) const {
    const nn::PackedBatch& tokens = batch.tokens;
    for (std::int64_t t = 0; t < tokens.num_tokens(); ++t) {
      check_range("position", tokens.positions[t], parts_->config.max_positions, t);
      check_range("token id", tokens.ids[t], parts_->config.vocab_size, t);
      check_range("segment id", tokens.types[t], parts_->config.type_vocab_size, t);
    }
    const std::int64_t labels = num_labels();
    for (std::size_t t = 0; t < batch.labels.size(); ++t)
      if (batch.labels[t] != -100) check_range("label", batch.labels[t], labels, static_cast<std::int64_t>(t));
  }

  static void check_range(const char* what, std::int64_t value, std::int64_t limit, std::int64_t token) {
    if (value >= 0 && value < limit) return;
    throw DataError("the batch does not fit the model",
                    Problem{std::string(what) + " of token " + std::to_string(token), std::to_string(value),
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
    for (const nn::LowRank& adapter : module.adapters)
      factors.push_back({module.path, adapter.scaling, adapter.a.value, adapter.b.value});
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
  return folder;
}

}  // namespace

TaskModel::~TaskModel() = default;

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
