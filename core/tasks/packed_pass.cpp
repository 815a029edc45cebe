#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include <algorithm>

#include "core/nn/column_sums.h"
#include "core/nn/kernels/kernels.h"
#include "core/nn/packed_encoder.h"
#include "core/nn/parallel.h"
#include "core/tasks/pass.h"

namespace lorascope::tasks {
namespace {

constexpr std::int64_t kRowGrain = 16;
constexpr std::int64_t kEvaluationTokens = 2048;  ///< at once: enough for the products, little enough for the caches

/// Consecutive sequences of a batch, as many as fit into kEvaluationTokens, at least one.
struct Slice {
  nn::PackedBatch batch;
  std::int64_t next = 0;  ///< the first sequence that is not in it
};

Slice slice(const nn::PackedBatch& whole, std::int64_t first) {
  Slice part;
  part.next = first;
  do {
    const auto begin = whole.boundaries[part.next], end = whole.boundaries[part.next + 1];
    const auto append = [&](const std::vector<std::int32_t>& from, std::vector<std::int32_t>& to) {
      to.insert(to.end(), from.begin() + begin, from.begin() + end);
    };
    append(whole.ids, part.batch.ids);
    append(whole.types, part.batch.types);
    append(whole.positions, part.batch.positions);
    part.batch.boundaries.push_back(static_cast<std::int32_t>(part.batch.ids.size()));
    ++part.next;
  } while (part.next < whole.num_sequences() &&
           part.batch.num_tokens() + whole.boundaries[part.next + 1] - whole.boundaries[part.next] <=
               kEvaluationTokens);
  return part;
}

class PackedPass final : public Pass {
 public:
  explicit PackedPass(ModelParts& parts) : parts_(parts), encoder_(parts.encoder, parts.rates) {}

  double train(const Batch& batch, double loss_weight, const nn::DropoutKey& key) override {
    const at::AutoDispatchBelowAutograd no_graph;
    const std::int64_t labelled =
        std::count_if(batch.labels.begin(), batch.labels.end(), [](auto l) { return l >= 0; });
    if (labelled == 0) {
      if (fresh_) fill_zeros();
      return 0;
    }
    const bool fresh = std::exchange(fresh_, false);
    const at::Tensor hidden = encoder_.forward(batch.tokens, &key, fresh);
    double loss = 0;
    at::Tensor d_hidden = token_head(hidden, batch, loss_weight / static_cast<double>(labelled), {&key, fresh, &loss});
    if (encoder_.is_trained()) encoder_.backward(d_hidden);
    return loss / static_cast<double>(labelled);
  }

  Output evaluate(nn::Encoder& weights, const Batch& batch, bool hidden_states) override {
    const at::AutoDispatchBelowAutograd no_graph;
    if (&weights != evaluated_) {
      evaluator_.emplace(weights, nn::DropoutRates{});
      evaluated_ = &weights;
    }
    std::vector<std::vector<at::Tensor>> states;
    for (std::int64_t first = 0; first < batch.tokens.num_sequences();) {
      const Slice part = slice(batch.tokens, first);
      if (part.batch.num_tokens() > 0) states.push_back(evaluator_->evaluate(part.batch, hidden_states));
      first = part.next;
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
    output.logits = at::addmm(parts_.head.bias.value, layers.back(), parts_.head.weight.value.t());
    if (hidden_states) output.hidden_states = std::move(layers);
    add_token_losses(batch, output);
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
  struct HeadStep {
    const nn::DropoutKey* key;
    bool fresh;
    double* loss;  ///< sum over labelled tokens
  };

  void fill_zeros() {
    for (const Parameter& parameter : parts_.trainable)
      if (!parameter.rows) at::Tensor(parameter.gradient).zero_();
    fresh_ = false;
  }

  /// Logits, loss and the head's gradients; returns the gradient of the hidden states [T,H].
  at::Tensor token_head(const at::Tensor& hidden, const Batch& batch, double token_weight, const HeadStep& step) {
    const std::int64_t tokens = hidden.size(0), classes = parts_.head.weight.value.size(0);
    nn::Arena& arena = encoder_.arena();
    const bool drops = parts_.rates.head > 0;
    const nn::MaskStream mask = nn::mask_stream(*step.key, nn::kHeadSite, parts_.rates.head);
    at::Tensor input = hidden;
    if (drops) {
      input = arena.matrix(tokens, hidden.size(1));
      mask_all(mask, hidden, input);
    }
    const at::Tensor logits = at::addmm(parts_.head.bias.value, input, parts_.head.weight.value.t());
    const at::Tensor d_logits = at::zeros({tokens, classes}, at::kFloat);
    const float* values = logits.const_data_ptr<float>();
    float* d_values = d_logits.data_ptr<float>();
    for (std::int64_t t = 0; t < tokens; ++t)
      if (batch.labels[t] >= 0)
        *step.loss += nn::kernels().cross_entropy(values + t * classes, classes, batch.labels[t],
                                                  static_cast<float>(token_weight), d_values + t * classes);
    if (parts_.head.weight.is_trained()) {
      at::Tensor& gradient = parts_.head.weight.gradient;
      at::addmm_out(gradient, gradient, d_logits.t(), input, step.fresh ? 0 : 1, 1);
      nn::put_gradient(parts_.head.bias.gradient, d_logits.sum(0).const_data_ptr<float>(), step.fresh);
    }
    at::Tensor d_hidden = arena.matrix(tokens, hidden.size(1));
    at::mm_out(d_hidden, d_logits, parts_.head.weight.value);
    if (drops) mask_all(mask, d_hidden, d_hidden);
    return d_hidden;
  }

  static void mask_all(const nn::MaskStream& mask, const at::Tensor& x, const at::Tensor& out) {
    const float* from = x.const_data_ptr<float>();
    float* to = out.data_ptr<float>();
    nn::parallel_ranges(x.size(0), kRowGrain, [&](std::int64_t begin, std::int64_t end, int) {
      nn::kernels().mask_rows(mask, begin, end - begin, x.size(1), from, to);
    });
  }

  ModelParts& parts_;
  nn::PackedEncoder encoder_;
  std::optional<nn::PackedEncoder> evaluator_;
  const nn::Encoder* evaluated_ = nullptr;
  bool fresh_ = false;
};

}  // namespace

std::unique_ptr<Pass> make_packed_pass(ModelParts& parts) {
  return std::make_unique<PackedPass>(parts);
}

}  // namespace lorascope::tasks
