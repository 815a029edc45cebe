#include "core/adapters/xlora.h"

#include <ATen/ATen.h>

namespace lorascope::adapters {
namespace {

constexpr double kLeastScaling = 1e-30;  ///< below it a logarithm is that of this
constexpr std::uint64_t kScalingPassSeed = 0x5ca1ab1e;  ///< its masks are not those of the pass that follows

/// Mixes by scalings that are known for every token before the pass begins.
class ScaledPass final : public MixturePass {
 public:
  ScaledPass(const MixedModules& modules, double global_weight, at::Tensor applied)
      : modules_(modules), global_weight_(global_weight), applied_(std::move(applied)) {}

  at::Tensor mix(const nn::Dense& dense, const at::Tensor& x, const at::Tensor& y,
                 const nn::AdapterDropout& drop) override {
    const MixedModules::Place& place = modules_.at(dense.path);
    const at::Tensor scalings = applied_.select(2, place.layer);
    at::Tensor result = y;
    for (std::size_t k = 0; k < dense.adapters.size(); ++k)
      result =
          result + weighted_output(dense.adapters[k], x, scalings.select(-1, place.adapters[k]), drop) * global_weight_;
    return result;
  }

  at::Tensor scalings() const override { return scalings_; }
  at::Tensor applied() const override { return applied_; }
  at::Tensor gate_loss() const override { return gate_loss_; }

  void set_prediction(at::Tensor scalings, at::Tensor gate_loss) {
    scalings_ = std::move(scalings);
    gate_loss_ = std::move(gate_loss);
  }

 private:
  const MixedModules& modules_;
  double global_weight_;
  at::Tensor applied_, scalings_, gate_loss_;
};

/// All scalings 0: the base model, bit for bit.
class BasePass final : public MixturePass {
 public:
  at::Tensor mix(const nn::Dense&, const at::Tensor&, const at::Tensor& y, const nn::AdapterDropout&) override {
    return y;
  }
};

}  // namespace

Xlora::Xlora(std::unique_ptr<XloraGate> gate, MixedModules modules, const XloraOptions& options)
    : gate_(std::move(gate)), modules_(std::move(modules)), options_(options) {}

bool Xlora::has_gate_loss() const {
  return options_.balance_weight != 0 || options_.entropy_weight != 0 || options_.task_weight != 0;
}

at::Tensor Xlora::gate_loss(const at::Tensor& scalings, const at::Tensor& owners) const {
  if (!has_gate_loss()) return {};
  const at::Tensor balance = scalings.mean(0).square().sum(-1).mean() * scalings.size(-1);
  const at::Tensor logarithms = scalings.clamp_min(kLeastScaling).log();
  const at::Tensor entropy = -(scalings * logarithms).sum(-1).mean();
  const at::Tensor loss = balance * options_.balance_weight + entropy * options_.entropy_weight;
  if (options_.task_weight == 0) return loss;
  const at::Tensor owned = owners.ge(0).nonzero().flatten();
  if (owned.numel() == 0) return loss;
  const at::Tensor own = owners.index_select(0, owned).view({-1, 1, 1}).expand({-1, scalings.size(1), 1});
  return loss - logarithms.index_select(0, owned).gather(2, own).mean() * options_.task_weight;
}

at::Tensor Xlora::scaling_pass(const MixtureInput& input) const {
  const at::NoGradGuard no_grad;
  const files::XloraConfig& config = gate_->config();
  nn::CompatibleEncoder::Pass pass = input.pass;
  nn::DropoutKey key;
  if (pass.key) key = {pass.key->seed ^ kScalingPassSeed, pass.key->draw};
  pass.key = pass.key && gate_->mode() != XloraMode::Ours ? &key : nullptr;
  if (config.scaling_pass_value == 0) {
    BasePass base;
    pass.mixer = &base;
    return input.encoder.forward(pass).back();
  }
  const at::Tensor constant =
      at::full({pass.padded.batch, pass.padded.sequence, modules_.num_layers(), modules_.num_adapters()},
               config.scaling_pass_value, pass.padded.attention_mask.options());
  ScaledPass scaled(modules_, config.global_weight, gate_->applied(constant));
  pass.mixer = &scaled;
  return input.encoder.forward(pass).back();
}

std::unique_ptr<MixturePass> Xlora::begin(const MixtureInput& input) {
  const at::Tensor hidden = scaling_pass(input);
  const at::Tensor scalings = gate_->predict(hidden, [&](const at::Tensor& x, std::int64_t layer) {
    return input.encoder.dropout(x, kGateSite + static_cast<std::uint32_t>(layer), gate_->config().dropout, input.pass);
  });
  auto pass = std::make_unique<ScaledPass>(modules_, gate_->config().global_weight, gate_->applied(scalings));
  at::Tensor loss;
  if (has_gate_loss()) {
    const at::Tensor real = input.pass.padded.attention_mask.flatten().eq(0).nonzero().flatten();
    loss = gate_loss(scalings.flatten(0, 1).index_select(0, real), token_owners(input, real, options_.own_adapter));
  }
  pass->set_prediction(scalings, loss);
  return pass;
}

}  // namespace lorascope::adapters
