#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/adapters/mixing.h"
#include "core/base/error.h"
#include "core/files/tensor_archive.h"
#include "core/nn/initialise.h"

namespace lorascope::adapters {
namespace {

/// Gates in the order of the axis L, with their names.
struct Gates {
  std::vector<nn::Weight> weights;
  std::vector<std::string> names;
};

class MeteoraPass final : public MixturePass {
 public:
  MeteoraPass(const MixedModules& modules, const Gates& gates, const MeteoraOptions& options, const MixtureInput& input)
      : modules_(modules),
        gates_(gates),
        options_(options),
        real_(input.pass.padded.attention_mask.flatten().eq(0).nonzero().flatten()) {
    logits_.resize(modules.paths().size());
    used_.resize(modules.paths().size());
    if (input.adapters.empty()) return;
    const at::Tensor rows = at::tensor(input.adapters, at::kLong).to(real_.device());
    owners_ = rows.index_select(0, at::floor_divide(real_, input.pass.padded.sequence));
  }

  at::Tensor mix(const nn::Dense& dense, const at::Tensor& x, const at::Tensor& y,
                 const nn::AdapterDropout& drop) override {
    const MixedModules::Place& place = modules_.at(dense.path);
    const auto layer = static_cast<std::size_t>(place.layer);
    const at::Tensor logits = at::linear(x, nn::variable(gates_.weights[layer]));
    const at::Tensor weights = softmax_of_largest(logits, options_.top_k, 1);
    logits_[layer] = logits;
    used_[layer] = weights;
    const at::Tensor one = at::ones({x.size(0), x.size(1)}, x.options().requires_grad(false));
    at::Tensor result = y;
    for (std::size_t k = 0; k < dense.adapters.size(); ++k)
      result = result +
               weights.select(-1, place.adapters[k]).unsqueeze(-1) * weighted_output(dense.adapters[k], x, one, drop);
    return result;
  }

  at::Tensor scalings() const override { return at::stack(logits_, 2); }
  at::Tensor applied() const override { return at::stack(used_, 2); }

  at::Tensor gate_loss() const override {
    if (!owners_.defined() || options_.gate_loss_weight == 0) return {};
    std::vector<at::Tensor> losses;
    for (const at::Tensor& logits : logits_)
      losses.push_back(at::cross_entropy_loss(logits.flatten(0, 1).index_select(0, real_), owners_));
    return at::stack(losses).mean() * options_.gate_loss_weight;
  }

 private:
  const MixedModules& modules_;
  const Gates& gates_;
  const MeteoraOptions& options_;
  at::Tensor real_;    ///< [T] real positions in [B·S]
  at::Tensor owners_;  ///< [T] each real token's own adapter
  std::vector<at::Tensor> logits_, used_;
};

class Meteora final : public Mixture {
 public:
  Meteora(nn::Encoder& encoder, MixedModules modules, const MeteoraOptions& options)
      : modules_(std::move(modules)), options_(options) {
    if (options.top_k < 1 || options.top_k > modules_.num_adapters())
      throw UsageError("top_k: found " + std::to_string(options.top_k) + ", expected 1 to " +
                       std::to_string(modules_.num_adapters()) + ", the number of adapters");
    gates_.weights.reserve(modules_.paths().size());
    encoder.for_each_dense([&](nn::Dense& dense) {
      if (dense.adapters.empty()) return;
      const std::string name = "gates." + dense.path + ".weight";
      const std::int64_t in = dense.weight.value.size(1);
      const std::vector<std::int64_t> shape{modules_.num_adapters(), in};
      const auto found = options_.gates.find(name);
      if (found != options_.gates.end() && found->second.sizes().vec() != shape)
        throw CheckpointError("cannot use the gates",
                              Problem{name, "shape " + files::shape_text(found->second.sizes().vec()),
                                      files::shape_text(shape), "one row for each adapter"});
      nn::Weight gate;
      const double bound = 1.0 / std::sqrt(static_cast<double>(in));
      gate.value =
          found != options_.gates.end() ? found->second.clone() : nn::draw_uniform(shape, bound, options_.seed, name);
      gate.value = gate.value.to(dense.weight.value.device());
      nn::make_trained(gate);
      gates_.weights.push_back(std::move(gate));
      gates_.names.push_back(name);
    });
    for (const auto& entry : options_.gates)
      if (std::find(gates_.names.begin(), gates_.names.end(), entry.first) == gates_.names.end())
        throw CheckpointError("cannot use the gates", Problem{entry.first, "a gate of a module without adapters",
                                                              "gates.MODULE.weight of the adapted modules", ""});
    options_.gates.clear();
  }

  std::unique_ptr<MixturePass> begin(const MixtureInput& input) override {
    return std::make_unique<MeteoraPass>(modules_, gates_, options_, input);
  }

  std::vector<NamedWeight> weights() override {
    std::vector<NamedWeight> named;
    for (std::size_t layer = 0; layer < gates_.weights.size(); ++layer)
      named.push_back({gates_.names[layer], &gates_.weights[layer]});
    return named;
  }

 private:
  MixedModules modules_;
  MeteoraOptions options_;
  Gates gates_;
};

}  // namespace

std::unique_ptr<Mixture> make_meteora(nn::Encoder& encoder, MixedModules modules, const MeteoraOptions& options) {
  return std::make_unique<Meteora>(encoder, std::move(modules), options);
}

}  // namespace lorascope::adapters
