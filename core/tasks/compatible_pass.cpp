#include <ATen/ATen.h>

#include <limits>

#include "core/nn/compatible_encoder.h"
#include "core/tasks/pass.h"
#include "core/tasks/sequence_order.h"
#include "core/tasks/span_targets.h"

namespace lorascope::tasks {
namespace {

at::Tensor integers(const std::vector<std::int64_t>& values, const at::Device& device) {
  return at::tensor(values, at::kLong).to(device);
}

class CompatiblePass final : public Pass {
 public:
  CompatiblePass(ModelParts& parts, const std::string& device) : parts_(parts), device_(device) {}

  double train(const Batch& batch, double loss_weight, const nn::DropoutKey& key) override {
    const at::AutoGradMode gradients(true);
    const nn::PaddedBatch padded = nn::pad(batch.tokens, parts_.config.pad_token_id, device_);
    const nn::CompatibleEncoder encoder(parts_.encoder, parts_.rates, parts_.precision);
    nn::CompatibleEncoder::Pass pass{batch.tokens, padded, &key};
    const auto mixing = begin_mixture(encoder, pass, batch);
    if (parts_.checkpoints && !mixing) return train_with_checkpoints(encoder, pass, batch, loss_weight);
    const at::Tensor logits = head(encoder, parts_.used_head(parts_.encoder, -1), encoder.forward(pass).back(), pass);
    const at::Tensor task_loss = loss_of(logits, batch, padded);
    if (!task_loss.defined()) return 0;
    const at::Tensor gate_loss = mixing ? mixing->gate_loss() : at::Tensor();
    const at::Tensor loss = gate_loss.defined() ? task_loss + gate_loss : task_loss;
    if (loss.requires_grad()) loss.backward(at::full({}, loss_weight, loss.options()));
    return loss.item<double>();
  }

  Output evaluate(nn::Encoder& weights, const Batch& batch, bool hidden_states) override {
    const at::NoGradGuard no_grad;
    const nn::PaddedBatch padded = nn::pad(batch.tokens, parts_.config.pad_token_id, device_);
    const nn::CompatibleEncoder encoder(weights, parts_.rates, parts_.precision);
    nn::CompatibleEncoder::Pass pass{batch.tokens, padded, nullptr};
    const auto mixing = begin_mixture(encoder, pass, batch);
    const std::vector<at::Tensor> hidden = encoder.forward(pass);
    const at::Tensor logits = heads(encoder, weights, hidden.back(), pass, batch);
    Output output;
    if (parts_.kind == TaskKind::Choices)
      output.logits = logits.view({-1, batch.choices}).to(at::kCPU);
    else
      output.logits = real(logits, padded).to(at::kCPU).contiguous();
    if (hidden_states)
      for (const at::Tensor& state : hidden) output.hidden_states.push_back(real(state, padded).to(at::kCPU));
    add_losses(parts_, batch, output);
    if (mixing) add_mixture(*mixing, padded, output);
    return output;
  }

  void zero_gradients() override {
    for (const Parameter& parameter : parts_.trainable) at::Tensor(parameter.gradient).zero_();
  }

 private:
  /// The mixture's first steps, and `pass` mixed by them; null without a mixture.
  std::unique_ptr<adapters::MixturePass> begin_mixture(const nn::CompatibleEncoder& encoder,
                                                       nn::CompatibleEncoder::Pass& pass, const Batch& batch) const {
    if (!parts_.mixture) return nullptr;
    auto mixing = parts_.mixture->begin({encoder, pass, batch.adapters});
    pass.mixer = mixing.get();
    return mixing;
  }

  static void add_mixture(const adapters::MixturePass& mixing, const nn::PaddedBatch& padded, Output& output) {
    const auto packed = [&](const at::Tensor& scalings) {
      if (!scalings.defined()) return scalings;
      return real(scalings, padded).view({-1, scalings.size(2), scalings.size(3)}).to(at::kCPU);
    };
    output.scalings = packed(mixing.scalings());
    output.applied = packed(mixing.applied());
    const at::Tensor loss = mixing.gate_loss();
    if (loss.defined()) output.gate_loss = loss.item<double>();
  }

  double train_with_checkpoints(const nn::CompatibleEncoder& encoder, const nn::CompatibleEncoder::Pass& pass,
                                const Batch& batch, double loss_weight) const {
    const nn::CompatibleEncoder::Checkpoints kept = encoder.forward_with_checkpoints(pass);
    const at::Tensor loss = loss_of(head(encoder, parts_.used_head(parts_.encoder, -1), kept.last, pass), batch, pass.padded);
    if (!loss.defined()) return 0;
    if (loss.requires_grad()) loss.backward(at::full({}, loss_weight, loss.options()));
    encoder.backward(kept, pass);
    return loss.item<double>();
  }

  static at::Tensor real(const at::Tensor& padded_rows, const nn::PaddedBatch& padded) {
    return padded_rows.reshape({padded.batch * padded.sequence, -1}).index_select(0, padded.real);
  }

  /// Over padded rows like the originals, so that even the order of the sums is theirs: Tokens [B,S,K], Spans [B,S,2],
  /// Choices [B,1].
  at::Tensor head(const nn::CompatibleEncoder& encoder, const UsedHead& used, at::Tensor hidden,
                  const nn::CompatibleEncoder::Pass& pass) const {
    if (parts_.kind == TaskKind::Choices) {
      const at::Tensor pooled = encoder.dense(*used.pooler, hidden.select(1, 0), pass);
      hidden = parts_.config.family == files::Family::Bert ? at::tanh(pooled) : at::relu(pooled);
    }
    // The head is small, and what it says decides: fp32 whatever the precision.
    return at::linear(encoder.dropout(hidden, nn::kHeadSite, parts_.rates.head, pass), nn::variable(used.head.weight),
                      nn::variable(used.head.bias));
  }

  /// The same with each row's own head where adapters by row have them.
  at::Tensor heads(const nn::CompatibleEncoder& encoder, nn::Encoder& weights, const at::Tensor& hidden,
                   const nn::CompatibleEncoder::Pass& pass, const Batch& batch) {
    if (parts_.own_heads.empty()) return head(encoder, parts_.used_head(weights, -1), hidden, pass);
    at::Tensor logits;
    for (const OwnerRows& own : rows_by_adapter(batch)) {
      const at::Tensor rows = own.sequences.to(device_);
      const at::Tensor part =
          head(encoder, parts_.used_head(weights, own.adapter), hidden.index_select(0, rows), pass);
      std::vector<std::int64_t> shape = part.sizes().vec();
      shape.front() = hidden.size(0);
      if (!logits.defined()) logits = at::empty(shape, part.options());
      logits.index_copy_(0, rows, part);
    }
    return logits;
  }

  /// The batch's mean loss, undefined where nothing is labelled.
  at::Tensor loss_of(const at::Tensor& logits, const Batch& batch, const nn::PaddedBatch& padded) const {
    if (parts_.kind == TaskKind::Spans) return span_loss(logits, batch, padded);
    at::Tensor rows = logits, labels = integers(batch.labels, device_);
    if (parts_.kind == TaskKind::Tokens) {
      rows = logits.flatten(0, 1);
      labels = at::full({padded.batch * padded.sequence}, -100, padded.real.options())
                   .index_copy_(0, padded.real, labels);
    } else {
      rows = logits.view({-1, batch.choices});
    }
    if (!labels.ne(-100).any().item<bool>()) return {};
    return at::cross_entropy_loss(rows, labels, {}, at::Reduction::Mean, -100);
  }

  at::Tensor span_loss(const at::Tensor& logits, const Batch& batch, const nn::PaddedBatch& padded) const {
    const SpanTargets targets = span_targets(batch, parts_.span_loss);
    std::vector<std::int64_t> starts, ends;
    for (const SpanTargets::Row& row : targets.rows) {
      const auto column = [&](std::int64_t token) -> std::int64_t {
        return token < 0 ? -100 : batch.tokens.positions[row.first + token];
      };
      starts.push_back(column(row.start));
      ends.push_back(column(row.end));
    }
    const auto side = [&](std::int64_t number, const std::vector<std::int64_t>& labels) {
      at::Tensor scores = logits.select(2, number);
      if (parts_.span_loss == SpanLoss::Real)
        scores = scores.masked_fill(padded.attention_mask.view({padded.batch, -1}).ne(0),
                                    -std::numeric_limits<float>::infinity());
      return at::cross_entropy_loss(scores, integers(labels, device_), {}, at::Reduction::Mean, -100);
    };
    if (targets.num_starts == 0 && targets.num_ends == 0) return {};
    if (targets.num_ends == 0) return side(0, starts) / 2;
    if (targets.num_starts == 0) return side(1, ends) / 2;
    return (side(0, starts) + side(1, ends)) / 2;
  }

  ModelParts& parts_;
  at::Device device_;
};

}  // namespace

std::unique_ptr<Pass> make_compatible_pass(ModelParts& parts, const std::string& device) {
  return std::make_unique<CompatiblePass>(parts, device);
}

}  // namespace lorascope::tasks
