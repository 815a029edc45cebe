#include "core/adapters/combination.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/nn/initialise.h"

namespace lorascope::adapters {
namespace {

at::Tensor largest(const at::Tensor& tensor, double density) {
  if (density >= 1) return tensor;
  const auto kept = static_cast<std::int64_t>(density * static_cast<double>(tensor.numel()));
  const at::Tensor indices = std::get<1>(tensor.abs().reshape(-1).topk(kept));
  at::Tensor mask = at::zeros({tensor.numel()}, tensor.options());
  mask.index_fill_(0, indices, 1);
  return tensor * mask.view(tensor.sizes());
}

at::Tensor drawn(const at::Tensor& tensor, const CombinationRule& rule, const std::string& name) {
  if (rule.density >= 1) return tensor;
  if (rule.density <= 0) return at::zeros_like(tensor);
  // Uniform in [-½, ½): below density - ½ with probability density.
  const at::Tensor places = nn::draw_uniform(tensor.sizes(), 0.5, rule.seed, rule.name + "." + name);
  return tensor * (places < rule.density - 0.5) / rule.density;
}

at::Tensor summed(const std::vector<at::Tensor>& tensors, const std::vector<double>& weights) {
  at::Tensor sum = tensors[0] * weights[0];
  for (std::size_t i = 1; i < tensors.size(); ++i) sum = sum + tensors[i] * weights[i];
  return sum;
}

/// The mean, over those entries whose sign is the elected one, of the weighted entries.
at::Tensor elected(const std::vector<at::Tensor>& tensors, const std::vector<double>& weights, bool count_signs) {
  at::Tensor votes = at::zeros_like(tensors[0]);
  for (const at::Tensor& tensor : tensors) votes = votes + (count_signs ? tensor.sign() : tensor);
  const at::Tensor sign = at::where(votes >= 0, at::ones_like(votes), -at::ones_like(votes));
  at::Tensor sum = at::zeros_like(votes), count = at::zeros_like(votes);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const at::Tensor agrees = tensors[i].sign() == sign;
    sum = sum + tensors[i] * weights[i] * agrees;
    count = count + agrees;
  }
  return sum / count.clamp_min(1);
}

/// Of one kind of tensor of all adapters: A, B or ΔW.
at::Tensor mixed(std::vector<at::Tensor> tensors, const std::vector<double>& weights, const CombinationRule& rule,
                 const std::string& name) {
  const bool is_random = rule.kind == Combination::DareLinear || rule.kind == Combination::DareTies;
  const bool is_plain = rule.kind == Combination::Linear || rule.kind == Combination::Svd;
  for (std::size_t i = 0; i < tensors.size() && !is_plain; ++i)
    tensors[i] =
        is_random ? drawn(tensors[i], rule, name + "." + std::to_string(i)) : largest(tensors[i], rule.density);
  const bool elects = rule.kind == Combination::Ties || rule.kind == Combination::DareTies;
  return elects ? elected(tensors, weights, rule.count_signs) : summed(tensors, weights);
}

LowRankProduct truncated(const ThinSvd& parts, std::int64_t rank) {
  const std::int64_t kept = std::min(rank, parts.s.size(0));
  const at::Tensor b = parts.u.narrow(1, 0, kept) * parts.s.narrow(0, 0, kept);
  return {b.to(at::kFloat), parts.v.narrow(1, 0, kept).t().to(at::kFloat).contiguous(), 1};
}

LowRankProduct of_products(const std::vector<WeightedProduct>& parts, const CombinationRule& rule) {
  if (rule.kind == Combination::Svd) return truncated(thin_svd(weighted_sum(parts)), rule.rank);
  std::vector<at::Tensor> deltas;
  std::vector<double> weights;
  for (const WeightedProduct& part : parts) {
    deltas.push_back(at::mm(part.product.b, part.product.a) * part.product.scaling);
    weights.push_back(part.weight);
  }
  const auto [u, s, vh] = at::linalg_svd(mixed(deltas, weights, rule, "product"), false);
  return truncated({u, s, vh.t()}, rule.rank);
}

LowRankProduct of_factors(const std::vector<WeightedProduct>& parts, const CombinationRule& rule) {
  std::vector<at::Tensor> a, b;
  std::vector<double> a_weights, b_weights;
  for (const WeightedProduct& part : parts) {
    const double weight = part.weight * part.product.scaling, root = std::sqrt(std::abs(weight));
    a.push_back(part.product.a);
    b.push_back(part.product.b);
    a_weights.push_back(weight >= 0 ? root : -root);
    b_weights.push_back(root);
  }
  return {mixed(b, b_weights, rule, "B"), mixed(a, a_weights, rule, "A"), 1};
}

}  // namespace

bool CombinationRule::needs_density() const {
  return kind != Combination::Cat && kind != Combination::Linear && kind != Combination::Svd;
}

const std::vector<std::string>& combination_types() {
  static const std::vector<std::string> types = {"cat",
                                                 "linear",
                                                 "svd",
                                                 "ties",
                                                 "ties_svd",
                                                 "dare_linear",
                                                 "dare_ties",
                                                 "dare_linear_svd",
                                                 "dare_ties_svd",
                                                 "magnitude_prune",
                                                 "magnitude_prune_svd"};
  return types;
}

CombinationRule combination_rule(std::string_view type) {
  const auto& types = combination_types();
  if (std::find(types.begin(), types.end(), type) == types.end()) {
    std::string all;
    for (const std::string& name : types) all += (all.empty() ? "" : ", ") + name;
    throw UsageError("unknown way of merging \"" + std::string(type) + "\"", "use one of " + all);
  }
  CombinationRule rule;
  std::string_view base = type;
  if (base.size() > 4 && base.substr(base.size() - 4) == "_svd") {
    rule.on_product = true;
    base.remove_suffix(4);
  }
  if (base == "linear") rule.kind = Combination::Linear;
  if (base == "svd") rule.kind = Combination::Svd;
  if (base == "ties") rule.kind = Combination::Ties;
  if (base == "magnitude_prune") rule.kind = Combination::MagnitudePrune;
  if (base == "dare_linear") rule.kind = Combination::DareLinear;
  if (base == "dare_ties") rule.kind = Combination::DareTies;
  return rule;
}

LowRankProduct combine(const std::vector<WeightedProduct>& parts, const CombinationRule& rule) {
  const at::NoGradGuard no_grad;
  if (rule.kind == Combination::Cat) {
    const LowRankProduct sum = weighted_sum(parts);
    return {sum.b.to(at::kFloat), sum.a.to(at::kFloat), 1};
  }
  return rule.truncates() ? of_products(parts, rule) : of_factors(parts, rule);
}

}  // namespace lorascope::adapters
