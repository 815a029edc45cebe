#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include "core/nn/packed_encoder.h"
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

class PackedPass final : public Pass {
 public:
  explicit PackedPass(ModelParts& parts) : parts_(parts), encoder_(parts.encoder, parts.rates), head_(parts) {}

  double train(const Batch& batch, double loss_weight, const nn::DropoutKey& key) override {
    const at::AutoDispatchBelowAutograd no_graph;
    if (!head_.has_labels(batch)) {
      if (fresh_) fill_zeros();
      return 0;
    }
    const bool fresh = std::exchange(fresh_, false);
    const at::Tensor hidden = encoder_.forward(batch.tokens, &key, fresh);
    at::Tensor d_hidden;
    if (encoder_.is_trained()) d_hidden = encoder_.arena().matrix(hidden.size(0), hidden.size(1));
    const double loss = head_.train(hidden, batch, {encoder_.arena(), key, fresh, loss_weight}, d_hidden);
    if (encoder_.is_trained()) encoder_.backward(d_hidden);
    return loss;
  }

  Output evaluate(nn::Encoder& weights, const Batch& batch, bool hidden_states) override {
    const at::AutoDispatchBelowAutograd no_graph;
    if (&weights != evaluated_) {
      evaluator_.emplace(weights, nn::DropoutRates{});
      evaluated_ = &weights;
    }
    std::vector<std::vector<at::Tensor>> states;
    for (std::int64_t first = 0; first < batch.tokens.num_sequences();) {
      const std::int64_t next = slice_end(batch.tokens, first);
      const nn::PackedBatch part = batch.tokens.part(first, next);
      if (part.num_tokens() > 0) states.push_back(evaluator_->evaluate(part, hidden_states));
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
  std::optional<nn::PackedEncoder> evaluator_;
  const nn::Encoder* evaluated_ = nullptr;
  bool fresh_ = false;
};

}  // namespace

std::unique_ptr<Pass> make_packed_pass(ModelParts& parts) {
  return std::make_unique<PackedPass>(parts);
}

}  // namespace lorascope::tasks
