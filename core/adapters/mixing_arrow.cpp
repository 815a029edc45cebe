#include <ATen/ATen.h>

#include "core/adapters/routed_mixture.h"
#include "core/base/error.h"

namespace lorascope::adapters {
namespace {

/// The top right singular vector of B A, [in], by way of the small matrix R A with B = Q R.
at::Tensor prototype(const nn::LowRank& adapter) {
  const at::Tensor b = adapter.b.value.to(at::kCPU, at::kDouble), a = adapter.a.value.to(at::kCPU, at::kDouble);
  const at::Tensor triangle = std::get<1>(at::linalg_qr(b, "reduced"));
  const at::Tensor right = std::get<2>(at::linalg_svd(at::matmul(triangle, a), false));
  return right.select(0, 0).to(adapter.a.value.device(), at::kFloat);
}

}  // namespace

std::unique_ptr<Mixture> make_arrow(nn::Encoder& encoder, MixedModules modules, std::int64_t top_k,
                                    double temperature) {
  ModuleRouting routing;
  routing.is_absolute = true;
  routing.top_k = top_k;
  routing.temperature = temperature;
  encoder.for_each_dense([&](nn::Dense& dense) {
    if (dense.adapters.empty()) return;
    if (static_cast<std::int64_t>(dense.adapters.size()) != modules.num_adapters())
      throw CheckpointError("cannot route between the adapters",
                            Problem{dense.path, std::to_string(dense.adapters.size()) + " adapters",
                                    std::to_string(modules.num_adapters()) + ", all of them",
                                    "Arrow needs adapters on the same modules"});
    std::vector<at::Tensor> prototypes;
    for (const nn::LowRank& adapter : dense.adapters) prototypes.push_back(prototype(adapter));
    routing.matrices.push_back({at::stack(prototypes), {}});
  });
  return std::make_unique<RoutedMixture>(std::move(modules), std::move(routing));
}

}  // namespace lorascope::adapters
