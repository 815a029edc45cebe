#include "core/tasks/scaled_model.h"

#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include "core/base/error.h"
#include "core/files/adapter_folder.h"
#include "core/nn/packed_encoder.h"
#include "core/nn/packed_scalings.h"
#include "core/tasks/frozen_parts.h"
#include "core/tasks/packed_head.h"
#include "core/tasks/pass.h"

namespace lorascope::tasks {
namespace {

TaskModelOptions on_packed_tokens(TaskModelOptions options) {
  options.path = Path::Packed;
  options.device = "cpu";
  options.dropout = 0.0;
  return options;
}

/// What a scaling cannot take away or halve.
void check(ModelParts& parts) {
  std::vector<Problem> problems;
  parts.encoder.for_each_dense([&](nn::Dense& dense) {
    for (const nn::LowRank& adapter : dense.adapters) {
      if (adapter.magnitude.value.defined())
        problems.push_back({dense.path, "an adapter with a magnitude (DoRA)", "a sum of updates", ""});
      else if (adapter.b_bias.value.defined())
        problems.push_back({dense.path, "an adapter with a bias on B", "B A x alone", ""});
      if (problems.size() > 20) return;
    }
  });
  if (!problems.empty()) throw CheckpointError("the adapters cannot be scaled token by token", problems);
}

}  // namespace

ScaledModel::ScaledModel(const files::ModelFolder& model, const TaskModelOptions& options,
                         const std::vector<const files::AdapterFolder*>& adapters, double global_weight)
    : parts_(frozen_parts(model, on_packed_tokens(options), adapters, false)),
      num_adapters_(static_cast<std::int64_t>(adapters.size())),
      global_weight_(global_weight) {
  check(*parts_);
  if (!adapters.empty()) modules_ = adapters::MixedModules(parts_->encoder, parts_->adapters).paths();
  encoder_ = std::make_unique<nn::PackedEncoder>(parts_->encoder, nn::DropoutRates{});
  head_ = std::make_unique<PackedHead>(*parts_);
}

ScaledModel::~ScaledModel() = default;

std::int64_t ScaledModel::num_labels() const { return parts_->head.weight.value.size(0); }

std::int64_t ScaledModel::max_positions() const { return parts_->config.max_positions; }

std::map<std::string, at::Tensor> ScaledModel::head() const {
  std::map<std::string, at::Tensor> tensors{{parts_->head.path + ".weight", parts_->head.weight.value},
                                            {parts_->head.path + ".bias", parts_->head.bias.value}};
  if (!parts_->encoder.pooler) return tensors;
  const nn::Dense& pooler = *parts_->encoder.pooler;
  tensors[pooler.path + ".weight"] = pooler.weight.value;
  tensors[pooler.path + ".bias"] = pooler.bias.value;
  return tensors;
}

Output ScaledModel::evaluate(const Batch& batch, const at::Tensor& scalings) {
  const at::NoGradGuard no_grad;
  const at::AutoDispatchBelowAutograd no_graph;
  nn::PackedScalings mixed;
  mixed.weight = global_weight_;
  if (scalings.defined() && num_adapters_ > 0) {
    const std::vector<std::int64_t> expected{batch.tokens.num_tokens(), static_cast<std::int64_t>(modules_.size()),
                                             num_adapters_};
    if (scalings.sizes().vec() != expected)
      throw UsageError("found scalings of shape " + files::shape_text(scalings.sizes().vec()) + ", expected " +
                           files::shape_text(expected),
                       "tokens x modules x adapters, as `lorascope inspect --json` gives them");
    mixed.values = scalings.to(at::kFloat).contiguous();
    const adapters::MixedModules places(parts_->encoder, parts_->adapters);
    parts_->encoder.for_each_dense([&](nn::Dense& dense) {
      if (dense.adapters.empty()) return;
      const adapters::MixedModules::Place& place = places.at(dense.path);
      mixed.modules[&dense] = {place.layer, place.adapters};
    });
  }
  Output output;
  // Without adapters there is nothing to scale, and the plain products are the same bits as those of an evaluation.
  output.hidden_states = encoder_->evaluate(batch.tokens, true, num_adapters_ > 0 ? &mixed : nullptr);
  output.logits = head_->logits(parts_->encoder, output.hidden_states.back(), batch);
  output.applied = mixed.values;
  add_losses(*parts_, batch, output);
  return output;
}

}  // namespace lorascope::tasks
