#include <ATen/ATen.h>

#include "core/nn/compatible_encoder.h"
#include "core/nn/kernels/kernels.h"
#include "core/tasks/pass.h"

namespace lorascope::tasks {
namespace {

/// Logits over real positions [T,K] with the graph that leads to them.
class CompatiblePass final : public Pass {
 public:
  CompatiblePass(ModelParts& parts, const std::string& device) : parts_(parts), device_(device) {}

  double train(const Batch& batch, double loss_weight, const nn::DropoutKey& key) override {
    const at::AutoGradMode gradients(true);
    const nn::PaddedBatch padded = nn::pad(batch.tokens, parts_.config.pad_token_id, device_);
    const nn::CompatibleEncoder encoder(parts_.encoder, parts_.rates);
    const nn::CompatibleEncoder::Pass pass{batch.tokens, padded, &key};
    // Over padded rows like the originals, so that even the order of the sums is theirs.
    const at::Tensor logits = padded_head(encoder, encoder.forward(pass).back(), pass);
    at::Tensor labels = at::full({padded.batch * padded.sequence}, -100, padded.real.options());
    labels.index_copy_(0, padded.real, at::tensor(batch.labels, at::kLong).to(device_));
    if (!labels.ne(-100).any().item<bool>()) return 0;
    const at::Tensor loss = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100);
    if (loss.requires_grad()) loss.backward(at::full({}, loss_weight, loss.options()));
    return loss.item<double>();
  }

  Output evaluate(nn::Encoder& weights, const Batch& batch, bool hidden_states) override {
    const at::NoGradGuard no_grad;
    const nn::PaddedBatch padded = nn::pad(batch.tokens, parts_.config.pad_token_id, device_);
    const nn::CompatibleEncoder encoder(weights, parts_.rates);
    const nn::CompatibleEncoder::Pass pass{batch.tokens, padded, nullptr};
    const std::vector<at::Tensor> hidden = encoder.forward(pass);
    Output output;
    output.logits = head(encoder, hidden.back(), pass).to(at::kCPU).contiguous();
    if (hidden_states)
      for (const at::Tensor& state : hidden) output.hidden_states.push_back(real(state, padded).to(at::kCPU));
    add_token_losses(batch, output);
    return output;
  }

  void zero_gradients() override {
    for (const Parameter& parameter : parts_.trainable) at::Tensor(parameter.gradient).zero_();
  }

 private:
  static at::Tensor real(const at::Tensor& padded_rows, const nn::PaddedBatch& padded) {
    return padded_rows.reshape({padded.batch * padded.sequence, -1}).index_select(0, padded.real);
  }

  /// [B·S,K]
  at::Tensor padded_head(const nn::CompatibleEncoder& encoder, const at::Tensor& hidden,
                         const nn::CompatibleEncoder::Pass& pass) const {
    const at::Tensor dropped = encoder.dropout(hidden, nn::kHeadSite, parts_.rates.head, pass);
    return encoder.dense(parts_.head, dropped, pass).flatten(0, 1);
  }

  at::Tensor head(const nn::CompatibleEncoder& encoder, const at::Tensor& hidden,
                  const nn::CompatibleEncoder::Pass& pass) const {
    return padded_head(encoder, hidden, pass).index_select(0, pass.padded.real);
  }

  ModelParts& parts_;
  at::Device device_;
};

}  // namespace

std::unique_ptr<Pass> make_compatible_pass(ModelParts& parts, const std::string& device) {
  return std::make_unique<CompatiblePass>(parts, device);
}

void add_token_losses(const Batch& batch, Output& output) {
  const std::int64_t classes = output.logits.size(1);
  const float* logits = output.logits.const_data_ptr<float>();
  output.losses.assign(batch.labels.size(), 0.0);
  double sum = 0;
  std::int64_t count = 0;
  for (std::size_t t = 0; t < batch.labels.size(); ++t) {
    if (batch.labels[t] < 0) continue;
    output.losses[t] = nn::kernels().cross_entropy(logits + t * classes, classes, batch.labels[t], 0, nullptr);
    sum += output.losses[t];
    ++count;
  }
  output.loss = count > 0 ? sum / static_cast<double>(count) : 0;
}

}  // namespace lorascope::tasks
