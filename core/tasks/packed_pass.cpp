#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include "core/nn/packed_encoder.h"
#include "core/tasks/packed_gate.h"
#include "core/tasks/packed_head.h"
#include "core/tasks/pass.h"

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
  explicit PackedPass(ModelParts& parts) : parts_(parts), encoder_(parts.encoder, parts.rates, parts.checkpoints), head_(parts) {
    if (parts.mixture) gate_.emplace(parts);
  }

  double train(const Batch& batch, double loss_weight, const nn::DropoutKey& key) override {
    if (!head_.has_labels(batch)) {
      if (fresh_) fill_zeros();
      return 0;
    }
    if (gate_) gate_->predict(batch.tokens, batch.adapters, &key);
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
      evaluator_.emplace(weights, nn::DropoutRates{});
      evaluated_ = &weights;
    }
    std::vector<std::vector<at::Tensor>> states;
    std::vector<at::Tensor> scalings, applied;
    for (std::int64_t first = 0; first < batch.tokens.num_sequences();) {
      const std::int64_t next = slice_end(batch.tokens, first);
      const nn::PackedBatch part = batch.tokens.part(first, next);
      if (part.num_tokens() > 0 && gate_) {
        gate_->predict(part, owners_of(batch, first, next), nullptr);
        if (gate_->predicted().defined()) {
          scalings.push_back(gate_->predicted());
          applied.push_back(gate_->scalings().values);
        }
      }
      if (part.num_tokens() > 0)
        states.push_back(evaluator_->evaluate(part, hidden_states, gate_ ? &gate_->scalings() : nullptr));
      first = next;
    }
    Output output;
    output.logits = at::empty({0, parts_.head.weight.value.size(0)}, at::kFloat);
    if (states.empty()) return output;
    std::vector<at::Tensor> layers;
    for (std::size_t layer = 0; layer < states.front().size(); ++layer) {
      std::vector<at::Tensor> rows;
      for (const auto& part : states) rows.push_back(part[layer]);
      layers.push_back(at::cat(rows, 0));
    }
    output.logits = head_.logits(weights, layers.back(), batch);
    if (hidden_states) output.hidden_states = std::move(layers);
    add_losses(parts_, batch, output);
    if (!scalings.empty()) {
      output.scalings = at::cat(scalings, 0);
      output.applied = at::cat(applied, 0);
      output.gate_loss = gate_->gate_loss(output.scalings);
    }
    return output;
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
