#include <ATen/ATen.h>

#include "core/adapters/mixing.h"
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

struct Routing {
  std::vector<at::Tensor> prototypes;  ///< [N,in] of each module, in the order of the axis L
  std::int64_t top_k = 3;
  double temperature = 1;
};

class ArrowPass final : public MixturePass {
 public:
  ArrowPass(const MixedModules& modules, const Routing& routing) : modules_(modules), routing_(routing) {
    scores_.resize(modules.paths().size());
    used_.resize(modules.paths().size());
  }

  at::Tensor mix(const nn::Dense& dense, const at::Tensor& x, const at::Tensor& y,
                 const nn::AdapterDropout& drop) override {
    const MixedModules::Place& place = modules_.at(dense.path);
    const auto layer = static_cast<std::size_t>(place.layer);
    scores_[layer] = at::matmul(x, routing_.prototypes[layer].t()).abs();
    used_[layer] = softmax_of_largest(scores_[layer], routing_.top_k, routing_.temperature);
    const at::Tensor one = at::ones({x.size(0), x.size(1)}, x.options().requires_grad(false));
    at::Tensor result = y;
    for (std::size_t k = 0; k < dense.adapters.size(); ++k)
      result = result + used_[layer].select(-1, place.adapters[k]).unsqueeze(-1) *
                            weighted_output(dense.adapters[k], x, one, drop);
    return result;
  }

  at::Tensor scalings() const override { return at::stack(scores_, 2); }
  at::Tensor applied() const override { return at::stack(used_, 2); }

 private:
  const MixedModules& modules_;
  const Routing& routing_;
  std::vector<at::Tensor> scores_, used_;
};

class Arrow final : public Mixture {
 public:
  Arrow(nn::Encoder& encoder, MixedModules modules, std::int64_t top_k, double temperature)
      : modules_(std::move(modules)), routing_{{}, top_k, temperature} {
    if (top_k < 1 || top_k > modules_.num_adapters())
      throw UsageError("top_k: found " + std::to_string(top_k) + ", expected 1 to " +
                       std::to_string(modules_.num_adapters()) + ", the number of adapters");
    if (temperature <= 0) throw UsageError("temperature: found " + std::to_string(temperature) + ", expected above 0");
    encoder.for_each_dense([&](nn::Dense& dense) {
      if (dense.adapters.empty()) return;
      if (static_cast<std::int64_t>(dense.adapters.size()) != modules_.num_adapters())
        throw CheckpointError("cannot route between the adapters",
                              Problem{dense.path, std::to_string(dense.adapters.size()) + " adapters",
                                      std::to_string(modules_.num_adapters()) + ", all of them",
                                      "Arrow needs adapters on the same modules"});
      std::vector<at::Tensor> prototypes;
      for (const nn::LowRank& adapter : dense.adapters) prototypes.push_back(prototype(adapter));
      routing_.prototypes.push_back(at::stack(prototypes));
    });
  }

  std::unique_ptr<MixturePass> begin(const MixtureInput&) override {
    return std::make_unique<ArrowPass>(modules_, routing_);
  }

 private:
  MixedModules modules_;
  Routing routing_;
};

}  // namespace

std::unique_ptr<Mixture> make_arrow(nn::Encoder& encoder, MixedModules modules, std::int64_t top_k,
                                    double temperature) {
  return std::make_unique<Arrow>(encoder, std::move(modules), top_k, temperature);
}

}  // namespace lorascope::adapters
