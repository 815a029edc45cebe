#include "core/adapters/mixing.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/base/error.h"

namespace lorascope::adapters {
namespace {

void check_weights(std::size_t found, std::int64_t expected) {
  if (static_cast<std::int64_t>(found) == expected) return;
  throw UsageError("found " + std::to_string(found) + " weights for " + std::to_string(expected) + " adapters",
                   "give one weight for each adapter, with commas between them");
}

/// Each adapter wants the base with its own biases, and there is one base: what a mixture does is between the A and B.
void require_untrained_biases(const std::string& adapter, const files::AdapterConfig& config) {
  if (config.bias == "none") return;
  throw CheckpointError("cannot mix the adapters",
                        Problem{adapter, "bias \"" + config.bias + "\": biases of the base that were trained with it",
                                "adapters that leave the base as it is (bias \"none\")",
                                "train it with --lora-bias none, or switch between the adapters (--method switch)"});
}

/// Row by row: with factors 0 and 1 only.
class RowPass final : public MixturePass {
 public:
  RowPass(const MixedModules& modules, at::Tensor owners) : modules_(modules), owners_(std::move(owners)) {}

  at::Tensor mix(const nn::Dense& dense, const at::Tensor& x, const at::Tensor& y,
                 const nn::AdapterDropout& drop) override {
    const MixedModules::Place& place = modules_.at(dense.path);
    at::Tensor result = y;
    for (std::size_t k = 0; k < dense.adapters.size(); ++k) {
      const at::Tensor rows = owners_.eq(place.adapters[k]).nonzero().flatten();
      if (rows.numel() == 0) continue;
      const nn::LowRank& adapter = dense.adapters[k];
      const at::Tensor own = x.index_select(0, rows);
      const at::Tensor factor = at::ones({own.size(0), own.size(1)}, own.options().requires_grad(false));
      // Masks are rows of the whole batch: they are drawn for it and the adapter's own rows taken.
      const at::Tensor dropped = adapter.dropout > 0 ? drop(x, adapter).index_select(0, rows) : own;
      const auto as_it_is = [](const at::Tensor& input, const nn::LowRank&) { return input; };
      result = result.index_add(0, rows, weighted_output(adapter, dropped, factor, as_it_is));
    }
    return result;
  }

 private:
  const MixedModules& modules_;
  at::Tensor owners_;
};

class RowAdapters final : public Mixture {
 public:
  explicit RowAdapters(MixedModules modules) : modules_(std::move(modules)) {}
  bool is_by_row() const override { return true; }

  std::unique_ptr<MixturePass> begin(const MixtureInput& input) override {
    const std::int64_t rows = input.pass.padded.batch;
    if (static_cast<std::int64_t>(input.adapters.size()) != rows)
      throw UsageError(
          "found adapters for " + std::to_string(input.adapters.size()) + " rows, expected " + std::to_string(rows),
          "name an adapter or none for each example");
    const at::Tensor owners = at::tensor(input.adapters, at::kLong).to(input.pass.padded.ids.device());
    return std::make_unique<RowPass>(modules_, owners);
  }

 private:
  MixedModules modules_;
};

}  // namespace

MixedModules::MixedModules(nn::Encoder& encoder, const std::vector<AttachedAdapter>& adapters)
    : num_adapters_(static_cast<std::int64_t>(adapters.size())) {
  for (std::size_t n = 0; n < adapters.size(); ++n)
    require_untrained_biases("adapter " + std::to_string(n + 1), adapters[n].config);
  for (std::size_t n = 0; n < adapters.size(); ++n)
    for (const std::string& path : adapters[n].modules) places_[path].adapters.push_back(static_cast<std::int64_t>(n));
  std::size_t found = 0;
  encoder.for_each_dense([&](nn::Dense& dense) {
    const auto place = places_.find(dense.path);
    if (place == places_.end() || (encoder.pooler && &dense == &*encoder.pooler)) return;
    place->second.layer = static_cast<std::int64_t>(paths_.size());
    paths_.push_back(dense.path);
    ++found;
  });
  if (found == places_.size()) return;
  for (const auto& entry : places_)
    if (std::find(paths_.begin(), paths_.end(), entry.first) == paths_.end())
      throw CheckpointError("cannot mix the adapters",
                            Problem{entry.first, "an adapter on this module", "adapters on the encoder's linear layers",
                                    "embeddings and the pooler are not mixed"});
}

at::Tensor token_owners(const MixtureInput& input, const at::Tensor& real, std::int64_t usual) {
  std::vector<std::int64_t> rows = input.adapters;
  rows.resize(static_cast<std::size_t>(input.pass.padded.batch), usual);
  const at::Tensor owners = at::tensor(rows, at::kLong).to(real.device());
  return owners.index_select(0, at::floor_divide(real, input.pass.padded.sequence));
}

at::Tensor weighted_output(const nn::LowRank& adapter, const at::Tensor& x, const at::Tensor& factor,
                           const nn::AdapterDropout& drop) {
  const at::Tensor low = at::linear(drop(x * factor.unsqueeze(-1), adapter), nn::variable(adapter.a));
  const at::Tensor update = adapter.b_bias.value.defined()
                                ? at::linear(low, nn::variable(adapter.b), nn::variable(adapter.b_bias))
                                : at::linear(low, nn::variable(adapter.b));
  return update * adapter.scaling;
}

at::Tensor softmax_of_largest(const at::Tensor& scores, std::int64_t top_k, double temperature) {
  const auto [values, chosen] = at::topk(scores, top_k, -1);
  return at::zeros_like(scores).scatter(-1, chosen, at::softmax(values / temperature, -1));
}

std::unique_ptr<Mixture> make_row_adapters(MixedModules modules) {
  return std::make_unique<RowAdapters>(std::move(modules));
}

void weigh_adapters(nn::Encoder& encoder, const MixedModules& modules, const std::vector<double>& weights) {
  check_weights(weights.size(), modules.num_adapters());
  encoder.for_each_dense([&](nn::Dense& dense) {
    if (dense.adapters.empty()) return;
    const MixedModules::Place& place = modules.at(dense.path);
    for (std::size_t k = 0; k < dense.adapters.size(); ++k)
      dense.adapters[k].scaling *= weights[static_cast<std::size_t>(place.adapters[k])];
  });
}

files::AdapterFolder summed_factors(const std::vector<const files::AdapterFolder*>& adapters,
                                    const std::vector<double>& weights) {
  check_weights(weights.size(), static_cast<std::int64_t>(adapters.size()));
  for (const files::AdapterFolder* adapter : adapters) require_untrained_biases(adapter->folder.string(), adapter->config);
  files::AdapterFolder sum = *adapters.front();
  const auto modules = sum.modules();
  for (const files::LoraModule& module : modules)
    for (const std::string& name : {module.a_name, module.b_name}) sum.tensors[name] = sum.tensors[name] * weights[0];
  for (std::size_t n = 1; n < adapters.size(); ++n) {
    const auto others = adapters[n]->modules();
    bool fits = others.size() == modules.size();
    for (std::size_t m = 0; fits && m < modules.size(); ++m)
      fits = others[m].path == modules[m].path && others[m].a.sizes() == modules[m].a.sizes() &&
             others[m].b.sizes() == modules[m].b.sizes();
    if (!fits)
      throw CheckpointError("cannot sum the factors of the adapters",
                            Problem{adapters[n]->folder.string(), "other modules or ranks than " + sum.folder.string(),
                                    "adapters of one rank on the same modules", "sum the updates: --mix-sum delta"});
    for (std::size_t m = 0; m < modules.size(); ++m) {
      sum.tensors[modules[m].a_name] += others[m].a * weights[n];
      sum.tensors[modules[m].b_name] += others[m].b * weights[n];
    }
  }
  return sum;
}

}  // namespace lorascope::adapters
