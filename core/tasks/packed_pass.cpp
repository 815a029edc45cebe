#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include "core/nn/packed_encoder.h"
#include "core/tasks/packed_gate.h"
#include "core/tasks/packed_head.h"
#include "core/tasks/pass.h"
#include "core/tasks/sequence_order.h"

namespace lorascope::tasks {
namespace {

constexpr std::int64_t kEvaluationTokens = 2048;  ///< at once: enough for the products, little enough for the caches

/// The end of the sequences from `first` on that fit into kEvaluationTokens, at least one.
std::int64_t slice_end(const nn::PackedBatch& whole, std::int64_t first) {
  std::int64_t next = first + 1;
  while (next < whole.num_sequences() && whole.boundaries[next + 1] - whole.boundaries[first] <= kEvaluationTokens)
    ++next;
  return next;
}

/// The adapters of sequences `first` up to `last`, as far as they are known.
std::span<const std::int64_t> owners_of(const Batch& batch, std::int64_t first, std::int64_t last) {
  const std::span<const std::int64_t> owners = batch.adapters;
  if (static_cast<std::int64_t>(owners.size()) != batch.tokens.num_sequences()) return owners;
  return owners.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}

class PackedPass final : public Pass {
 public:
  explicit PackedPass(ModelParts& parts) : parts_(parts), encoder_(parts.encoder, parts.rates, parts.checkpoints, parts.precision), head_(parts) {
    if (parts.mixture) gate_.emplace(parts);
  }

  double train(const Batch& batch, double loss_weight, const nn::DropoutKey& key) override {
    if (!head_.has_labels(batch)) {
      if (fresh_) fill_zeros();
      return 0;
    }
    if (gate_) gate_->predict(batch.tokens, batch.adapters, &key, loss_weight);
    const double loss = train_encoder(batch, loss_weight, key);
    return gate_ ? loss + gate_->backward(loss_weight) : loss;
  }

  double train_encoder(const Batch& batch, double loss_weight, const nn::DropoutKey& key) {
    const at::AutoDispatchBelowAutograd no_graph;
    const bool fresh = std::exchange(fresh_, false);
    const at::Tensor hidden = encoder_.forward(batch.tokens, &key, fresh, gate_ ? &gate_->scalings() : nullptr);
    const bool is_trained = gate_ || encoder_.is_trained();
    at::Tensor d_hidden;
    if (is_trained) d_hidden = encoder_.arena().matrix(hidden.size(0), hidden.size(1));
    const double loss = head_.train(hidden, batch, {encoder_.arena(), key, fresh, loss_weight}, d_hidden);
    if (is_trained) encoder_.backward(d_hidden);
    return loss;
  }

  Output evaluate(nn::Encoder& weights, const Batch& batch, bool hidden_states) override {
    const at::NoGradGuard no_grad;
    const at::AutoDispatchBelowAutograd no_graph;
    if (&weights != evaluated_) {
      evaluator_.emplace(weights, nn::DropoutRates{}, false, parts_.precision);
      evaluated_ = &weights;
    }
    if (gate_ && gate_->is_by_row()) {
      const AdapterOrder order = by_adapter(batch);
      return finished(weights, batch, in_slices(order.sorted, hidden_states), order.places);
    }
    return finished(weights, batch, in_slices(batch, hidden_states), {});
  }

  void zero_gradients() override {
    for (const Parameter& parameter : parts_.trainable) {
      if (!parameter.rows) continue;
      const std::int64_t columns = parameter.gradient.size(1);
      float* gradient = parameter.gradient.data_ptr<float>();
      for (const std::int32_t row : parameter.rows->touched) std::fill_n(gradient + row * columns, columns, 0.0F);
      parameter.rows->touched.clear();
    }
    if (gate_) gate_->zero_gradients();
    fresh_ = true;
  }

  void forget_evaluated() override { evaluated_ = nullptr; }

 private:
  /// What passes over slices of a batch left, in their order.
  struct Slices {
    std::vector<std::vector<at::Tensor>> states;  ///< of each slice, as PackedEncoder::evaluate gives them
    std::vector<at::Tensor> scalings, applied;
  };

  Slices in_slices(const Batch& batch, bool hidden_states) {
    Slices slices;
    for (std::int64_t first = 0; first < batch.tokens.num_sequences();) {
      const std::int64_t next = slice_end(batch.tokens, first);
      const nn::PackedBatch part = batch.tokens.part(first, next);
      first = next;
      if (part.num_tokens() == 0) continue;
      if (gate_) gate_->predict(part, owners_of(batch, next - part.num_sequences(), next), nullptr);
      slices.states.push_back(evaluator_->evaluate(part, hidden_states, gate_ ? &gate_->scalings() : nullptr));
      if (!gate_ || !gate_->predicted().defined()) continue;
      slices.scalings.push_back(gate_->predicted());
      slices.applied.push_back(gate_->scalings().values);
    }
    return slices;
  }

  /// `places` of the batch's tokens in the slices; undefined where they are in the batch's order.
  Output finished(nn::Encoder& weights, const Batch& batch, const Slices& slices, const at::Tensor& places) {
    Output output;
    output.logits = at::empty({0, parts_.head.weight.value.size(0)}, at::kFloat);
    if (slices.states.empty()) return output;
    for (std::size_t layer = 0; layer < slices.states.front().size(); ++layer) {
      std::vector<at::Tensor> rows;
      for (const auto& part : slices.states) rows.push_back(part[layer]);
      const at::Tensor joined = at::cat(rows, 0);
      output.hidden_states.push_back(places.defined() ? joined.index_select(0, places) : joined);
    }
    output.logits = head_.logits(weights, output.hidden_states.back(), batch);
    if (output.hidden_states.size() == 1) output.hidden_states.clear();
    add_losses(parts_, batch, output);
    if (slices.scalings.empty()) return output;
    output.scalings = at::cat(slices.scalings, 0);
    output.applied = at::cat(slices.applied, 0);
    output.gate_loss = gate_->gate_loss(output.scalings, batch.tokens, batch.adapters);
    return output;
  }

  void fill_zeros() {
    for (const Parameter& parameter : parts_.trainable)
      if (!parameter.rows) at::Tensor(parameter.gradient).zero_();
    fresh_ = false;
  }

  ModelParts& parts_;
  nn::PackedEncoder encoder_;
  PackedHead head_;
  std::optional<PackedGate> gate_;  ///< of a mixture
  std::optional<nn::PackedEncoder> evaluator_;
  const nn::Encoder* evaluated_ = nullptr;
  bool fresh_ = false;
};

}  // namespace

std::unique_ptr<Pass> make_packed_pass(ModelParts& parts) {
  return std::make_unique<PackedPass>(parts);
}

}  // namespace lorascope::tasks
