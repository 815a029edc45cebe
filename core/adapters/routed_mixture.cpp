#include "core/adapters/routed_mixture.h"

#include <ATen/ATen.h>

#include "core/base/error.h"

namespace lorascope::adapters {
namespace {

class RoutedPass final : public MixturePass {
 public:
  RoutedPass(const RoutedMixture& mixture, const MixtureInput& input)
      : mixture_(mixture), real_(input.pass.padded.attention_mask.flatten().eq(0).nonzero().flatten()) {
    scores_.resize(mixture.modules().paths().size());
    used_.resize(scores_.size());
    owners_ = token_owners(input, real_, mixture.routing().own_adapter);
  }

  at::Tensor mix(const nn::Dense& dense, const at::Tensor& x, const at::Tensor& y,
                 const nn::AdapterDropout& drop) override {
    const MixedModules::Place& place = mixture_.modules().at(dense.path);
    const ModuleRouting& routing = mixture_.routing();
    const auto layer = static_cast<std::size_t>(place.layer);
    const at::Tensor scores = at::linear(x, nn::variable(routing.matrices[layer]));
    scores_[layer] = routing.is_absolute ? scores.abs() : scores;
    used_[layer] = softmax_of_largest(scores_[layer], routing.top_k, routing.temperature);
    const at::Tensor one = at::ones({x.size(0), x.size(1)}, x.options().requires_grad(false));
    at::Tensor result = y;
    for (std::size_t k = 0; k < dense.adapters.size(); ++k)
      result = result + used_[layer].select(-1, place.adapters[k]).unsqueeze(-1) *
                            weighted_output(dense.adapters[k], x, one, drop);
    return result;
  }

  at::Tensor scalings() const override { return at::stack(scores_, 2); }
  at::Tensor applied() const override { return at::stack(used_, 2); }
  at::Tensor gate_loss() const override {
    return mixture_.gate_loss(scalings().flatten(0, 1).index_select(0, real_), owners_);
  }

 private:
  const RoutedMixture& mixture_;
  at::Tensor real_;    ///< [T] real positions in [B·S]
  at::Tensor owners_;  ///< [T] each real token's own adapter
  std::vector<at::Tensor> scores_, used_;
};

}  // namespace

RoutedMixture::RoutedMixture(MixedModules modules, ModuleRouting routing)
    : modules_(std::move(modules)), routing_(std::move(routing)) {
  const std::int64_t adapters = modules_.num_adapters();
  const auto check = [&](const char* what, std::int64_t found, std::int64_t first, std::int64_t last) {
    if (found < first || found > last)
      throw UsageError(std::string(what) + ": found " + std::to_string(found) + ", expected " + std::to_string(first) +
                       " to " + std::to_string(last) + " with " + std::to_string(adapters) + " adapters");
  };
  check("top_k", routing_.top_k, 1, adapters);
  check("the number of the task's own adapter", routing_.own_adapter, -1, adapters - 1);
  if (routing_.temperature <= 0)
    throw UsageError("temperature: found " + std::to_string(routing_.temperature) + ", expected above 0");
}

std::unique_ptr<MixturePass> RoutedMixture::begin(const MixtureInput& input) {
  return std::make_unique<RoutedPass>(*this, input);
}

std::vector<NamedWeight> RoutedMixture::weights() {
  std::vector<NamedWeight> named;
  for (std::size_t layer = 0; layer < routing_.names.size(); ++layer)
    named.push_back({routing_.names[layer], &routing_.matrices[layer]});
  return named;
}

at::Tensor RoutedMixture::gate_loss(const at::Tensor& scores, const at::Tensor& owners) const {
  if (routing_.loss_weight == 0 || !owners.ge(0).any().item<bool>()) return {};
  const at::Tensor labels = owners.unsqueeze(1).expand({owners.size(0), scores.size(1)}).flatten();
  return at::cross_entropy_loss(scores.flatten(0, 1), labels, {}, at::Reduction::Mean, -1) * routing_.loss_weight;
}

}  // namespace lorascope::adapters
