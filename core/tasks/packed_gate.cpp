#include "core/tasks/packed_gate.h"

#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include "core/base/error.h"
#include "core/nn/kernels/kernels.h"

namespace lorascope::tasks {
namespace {

at::Tensor dropped(const at::Tensor& x, std::uint32_t site, double rate, const nn::DropoutKey* key) {
  if (!key || rate <= 0) return x;
  const at::Tensor mask = at::ones(x.sizes(), at::kFloat);
  nn::kernels().mask_rows(nn::mask_stream(*key, site, rate), 0, x.size(0), x.size(1), mask.data_ptr<float>(),
                          mask.data_ptr<float>());
  return x * mask;
}

}  // namespace

bool fits_packed_gate(ModelParts& parts) {
  const auto* xlora = dynamic_cast<const adapters::Xlora*>(parts.mixture.get());
  bool fits = xlora ? xlora->gate().mode() == adapters::XloraMode::Ours : parts.mixture->is_by_row();
  parts.encoder.for_each_dense([&](nn::Dense& dense) {
    for (const nn::LowRank& adapter : dense.adapters) fits &= !adapter.b_bias.value.defined();
  });
  return fits;
}

PackedGate::PackedGate(ModelParts& parts)
    : xlora_(dynamic_cast<adapters::Xlora*>(parts.mixture.get())),
      modules_(parts.encoder, parts.adapters),
      encoder_(parts.encoder, nn::DropoutRates{}),
      inputs_(xlora_ ? xlora_->options().cached_input_bytes : 0) {
  if (xlora_) scalings_.weight = xlora_->gate().config().global_weight;
  parts.encoder.for_each_dense([&](nn::Dense& dense) {
    if (dense.adapters.empty()) return;
    const adapters::MixedModules::Place& place = modules_.at(dense.path);
    scalings_.modules[&dense] = {place.layer, place.adapters};
  });
  first_scalings_ = scalings_;
}

at::Tensor PackedGate::scaling_pass(const nn::PackedBatch& batch) {
  const at::AutoDispatchBelowAutograd no_graph;
  const double value = xlora_->gate().config().scaling_pass_value;
  if (value != 0) {
    const at::Tensor constant =
        at::full({batch.num_tokens(), modules_.num_layers(), modules_.num_adapters()}, value, at::kFloat);
    first_scalings_.values = xlora_->gate().applied(constant).contiguous();
    return encoder_.evaluate(batch, false, &first_scalings_).back();
  }
  return inputs_.get(
      batch, [&](const nn::PackedBatch& part) { return encoder_.evaluate(part, false, &first_scalings_).back(); });
}

void PackedGate::set_rows(const nn::PackedBatch& batch, std::span<const std::int64_t> owners) {
  if (static_cast<std::int64_t>(owners.size()) != batch.num_sequences())
    throw UsageError("found adapters for " + std::to_string(owners.size()) + " rows, expected " +
                         std::to_string(batch.num_sequences()),
                     "name an adapter or none for each example");
  const at::Tensor rows = at::zeros({batch.num_tokens(), modules_.num_layers(), modules_.num_adapters()}, at::kFloat);
  for (std::int64_t b = 0; b < batch.num_sequences(); ++b)
    if (owners[static_cast<std::size_t>(b)] >= 0)
      rows.narrow(0, batch.boundaries[b], batch.length(b)).select(2, owners[static_cast<std::size_t>(b)]).fill_(1);
  scalings_.values = rows;
}

void PackedGate::predict(const nn::PackedBatch& batch, std::span<const std::int64_t> owners,
                         const nn::DropoutKey* key) {
  if (!xlora_) {
    set_rows(batch, owners);
    scalings_.gradients = key ? at::zeros_like(scalings_.values) : at::Tensor();
    return;
  }
  const at::Tensor hidden = scaling_pass(batch);
  const at::AutoGradMode gradients(key != nullptr);
  const adapters::XloraGate& gate = xlora_->gate();
  predicted_ = gate.predict(hidden, [&](const at::Tensor& x, std::int64_t layer) {
    return dropped(x, adapters::kGateSite + static_cast<std::uint32_t>(layer), gate.config().dropout, key);
  });
  applied_ = gate.applied(predicted_);
  scalings_.values = applied_.detach().contiguous();
  scalings_.gradients = key ? at::zeros_like(scalings_.values) : at::Tensor();
}

double PackedGate::backward(double loss_weight) {
  if (!xlora_) return 0;
  const at::AutoGradMode gradients(true);
  at::Tensor total = (applied_ * scalings_.gradients).sum();
  const at::Tensor own = xlora_->gate_loss(predicted_);
  if (own.defined()) total = total + own * loss_weight;
  total.backward();
  predicted_ = applied_ = at::Tensor();
  return own.defined() ? own.item<double>() : 0;
}

void PackedGate::zero_gradients() {
  if (!xlora_) return;
  for (const adapters::NamedWeight& named : xlora_->weights()) named.weight->gradient.zero_();
}

double PackedGate::gate_loss(const at::Tensor& scalings) const {
  if (!xlora_) return 0;
  const at::NoGradGuard no_grad;
  const at::Tensor own = xlora_->gate_loss(scalings);
  return own.defined() ? own.item<double>() : 0;
}

}  // namespace lorascope::tasks
