#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/adapters/routed_mixture.h"
#include "core/base/error.h"
#include "core/files/tensor_archive.h"
#include "core/nn/initialise.h"

namespace lorascope::adapters {
namespace {

/// The given gate, or one as torch's nn.Linear draws it.
nn::Weight gate_of(const std::string& name, const nn::Dense& dense, std::int64_t adapters,
                   const MeteoraOptions& options) {
  const std::int64_t in = dense.weight.value.size(1);
  const std::vector<std::int64_t> shape{adapters, in};
  const auto found = options.gates.find(name);
  if (found != options.gates.end() && found->second.sizes().vec() != shape)
    throw CheckpointError("cannot use the gates",
                          Problem{name, "shape " + files::shape_text(found->second.sizes().vec()),
                                  files::shape_text(shape), "one row for each adapter"});
  nn::Weight gate;
  gate.value = found != options.gates.end()
                   ? found->second.to(at::kFloat).clone()
                   : nn::draw_uniform(shape, 1.0 / std::sqrt(static_cast<double>(in)), options.seed, name);
  gate.value = gate.value.to(dense.weight.value.device());
  nn::make_trained(gate);
  return gate;
}

}  // namespace

std::unique_ptr<Mixture> make_meteora(nn::Encoder& encoder, MixedModules modules, const MeteoraOptions& options) {
  ModuleRouting routing;
  routing.top_k = options.top_k;
  routing.loss_weight = options.gate_loss_weight;
  routing.own_adapter = options.own_adapter;
  encoder.for_each_dense([&](nn::Dense& dense) {
    if (dense.adapters.empty()) return;
    routing.names.push_back("gates." + dense.path + ".weight");
    routing.matrices.push_back(gate_of(routing.names.back(), dense, modules.num_adapters(), options));
  });
  for (const auto& entry : options.gates)
    if (std::find(routing.names.begin(), routing.names.end(), entry.first) == routing.names.end())
      throw CheckpointError("cannot use the gates", Problem{entry.first, "a gate of a module without adapters",
                                                            "gates.MODULE.weight of the adapted modules", ""});
  return std::make_unique<RoutedMixture>(std::move(modules), std::move(routing));
}

}  // namespace lorascope::adapters
