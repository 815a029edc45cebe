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

/// Rows of real tokens; undefined where all are.
at::Tensor real_tokens(const nn::PackedBatch& batch) {
  if (batch.real_lengths.empty()) return {};
  std::vector<std::int64_t> rows;
  for (std::int64_t b = 0; b < batch.num_sequences(); ++b)
    for (std::int64_t t = 0; t < batch.real_length(b); ++t) rows.push_back(batch.boundaries[b] + t);
  return at::tensor(rows, at::kLong);
}

}  // namespace

bool fits_packed_gate(ModelParts& parts) {
  const auto* xlora = dynamic_cast<const adapters::Xlora*>(parts.mixture.get());
  bool fits = !xlora || xlora->gate().mode() == adapters::XloraMode::Ours;
  parts.encoder.for_each_dense([&](nn::Dense& dense) {
    for (const nn::LowRank& adapter : dense.adapters) fits &= !adapter.b_bias.value.defined();
  });
  return fits;
}

std::vector<nn::AdapterSegment> segments_of(const nn::PackedBatch& batch, std::span<const std::int64_t> owners) {
  std::vector<nn::AdapterSegment> segments;
  for (std::int64_t b = 0; b < batch.num_sequences(); ++b) {
    const std::int64_t owner = owners[static_cast<std::size_t>(b)];
    if (batch.length(b) == 0) continue;
    if (segments.empty() || segments.back().adapter != owner) segments.push_back({batch.boundaries[b], 0, owner});
    segments.back().count += batch.length(b);
  }
  return segments;
}

PackedGate::PackedGate(ModelParts& parts)
    : xlora_(dynamic_cast<adapters::Xlora*>(parts.mixture.get())),
      routed_(dynamic_cast<adapters::RoutedMixture*>(parts.mixture.get())),
      modules_(parts.encoder, parts.adapters),
      encoder_(parts.encoder, nn::DropoutRates{}, false, parts.precision),
      inputs_(xlora_ ? xlora_->options().cached_input_bytes : 0) {
  if (xlora_) scalings_.weight = xlora_->gate().config().global_weight;
  parts.encoder.for_each_dense([&](nn::Dense& dense) {
    if (dense.adapters.empty()) return;
    const adapters::MixedModules::Place& place = modules_.at(dense.path);
    scalings_.modules[&dense] = {place.layer, place.adapters};
  });
  first_scalings_ = scalings_;
  if (!routed_) return;
  router_.emplace(*routed_);
  scalings_.router = &*router_;
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

void PackedGate::check_owners(const nn::PackedBatch& batch, std::span<const std::int64_t> owners) const {
  const bool is_needed = is_by_row() || !owners.empty();
  if (is_needed && static_cast<std::int64_t>(owners.size()) != batch.num_sequences())
    throw UsageError("found adapters for " + std::to_string(owners.size()) + " rows, expected " +
                         std::to_string(batch.num_sequences()),
                     "name an adapter or none for each example");
  for (const std::int64_t owner : owners)
    if (owner < -1 || owner >= modules_.num_adapters())
      throw UsageError("found the adapter number " + std::to_string(owner) + ", expected -1 to " +
                       std::to_string(modules_.num_adapters() - 1));
}

std::int64_t PackedGate::usual_owner() const {
  return routed_ ? routed_->routing().own_adapter : xlora_->options().own_adapter;
}

std::vector<std::int64_t> PackedGate::token_owners(const nn::PackedBatch& batch,
                                                   std::span<const std::int64_t> owners) const {
  std::vector<std::int64_t> result(static_cast<std::size_t>(batch.num_tokens()), -1);
  for (std::int64_t b = 0; b < batch.num_sequences(); ++b)
    std::fill_n(result.begin() + batch.boundaries[b], batch.real_length(b),
                owners.empty() ? usual_owner() : owners[static_cast<std::size_t>(b)]);
  return result;
}

void PackedGate::predict(const nn::PackedBatch& batch, std::span<const std::int64_t> owners, const nn::DropoutKey* key,
                         double loss_weight) {
  check_owners(batch, owners);
  batch_ = &batch;
  owners_ = owners;
  if (is_by_row()) {
    scalings_.segments = segments_of(batch, owners);
    return;
  }
  if (router_) {
    router_->begin(token_owners(batch, owners), loss_weight);
    scalings_.values = at::zeros_like(router_->scores());
  } else {
    const at::Tensor hidden = scaling_pass(batch);
    const at::AutoGradMode gradients(key != nullptr);
    const adapters::XloraGate& gate = xlora_->gate();
    predicted_ = gate.predict(hidden, [&](const at::Tensor& x, std::int64_t layer) {
      return dropped(x, adapters::kGateSite + static_cast<std::uint32_t>(layer), gate.config().dropout, key);
    });
    applied_ = gate.applied(predicted_);
    scalings_.values = applied_.detach().contiguous();
  }
  scalings_.gradients = key && is_trained() ? at::zeros_like(scalings_.values) : at::Tensor();
}

at::Tensor PackedGate::own_terms(const at::Tensor& scalings, const nn::PackedBatch& batch,
                                 std::span<const std::int64_t> owners) const {
  if (!routed_ && !(xlora_ && xlora_->has_gate_loss())) return {};
  const at::Tensor own = at::tensor(token_owners(batch, owners), at::kLong);
  if (routed_) return routed_->gate_loss(scalings, own);
  const at::Tensor real = real_tokens(batch);
  if (!real.defined()) return xlora_->gate_loss(scalings, own);
  return xlora_->gate_loss(scalings.index_select(0, real), own.index_select(0, real));
}

double PackedGate::backward(double loss_weight) {
  if (router_) {
    const at::NoGradGuard no_grad;
    const at::Tensor own = routed_->gate_loss(router_->scores(), at::tensor(router_->owners(), at::kLong));
    return own.defined() ? own.item<double>() : 0;
  }
  if (!xlora_) return 0;
  const at::AutoGradMode gradients(true);
  at::Tensor total = (applied_ * scalings_.gradients).sum();
  const at::Tensor own = own_terms(predicted_, *batch_, owners_);
  if (own.defined()) total = total + own * loss_weight;
  total.backward();
  predicted_ = applied_ = at::Tensor();
  return own.defined() ? own.item<double>() : 0;
}

void PackedGate::zero_gradients() {
  const std::vector<adapters::NamedWeight> weights =
      xlora_ ? xlora_->weights() : routed_ ? routed_->weights() : std::vector<adapters::NamedWeight>();
  for (const adapters::NamedWeight& named : weights) named.weight->gradient.zero_();
}

double PackedGate::gate_loss(const at::Tensor& scalings, const nn::PackedBatch& batch,
                             std::span<const std::int64_t> owners) const {
  const at::NoGradGuard no_grad;
  const at::Tensor own = own_terms(scalings, batch, owners);
  return own.defined() ? own.item<double>() : 0;
}

}  // namespace lorascope::tasks
