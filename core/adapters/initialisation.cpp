#include "core/adapters/initialisation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/base/error.h"
#include "core/nn/initialise.h"

namespace lorascope::adapters {
namespace {

constexpr const char* kIterated = "pissa_niter_";
constexpr std::int64_t kMaxIterations = 1000;

[[noreturn]] void refuse(const std::string& found, const std::string& expected, const std::string& hint = {}) {
  throw CheckpointError("cannot start the adapter", Problem{"init_lora_weights", found, expected, hint});
}

/// K of "pissa_niter_K".
std::optional<std::int64_t> iterations_of(const std::string& initialisation) {
  if (initialisation.rfind(kIterated, 0) != 0) return std::nullopt;
  const std::string text = initialisation.substr(std::string(kIterated).size());
  std::int64_t count = -1;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), count);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || count < 0 || count > kMaxIterations)
    refuse("\"" + initialisation + "\"", "pissa_niter_K with a whole number K from 0 to 1000");
  return count;
}

struct Decomposition {
  at::Tensor u;   ///< [out,R]
  at::Tensor s;   ///< [R]
  at::Tensor vh;  ///< [R,in]
};

Decomposition leading(const at::Tensor& weight, std::int64_t rank) {
  const auto [u, s, vh] = at::linalg_svd(weight, false);
  return {u.narrow(1, 0, rank), s.narrow(0, 0, rank), vh.narrow(0, 0, rank)};
}

at::Tensor orthonormal(const at::Tensor& columns) {
  return std::get<0>(at::linalg_qr(columns));
}

/// Subspace iteration on Wᵀ, as torch.svd_lowrank does it.
Decomposition iterated(const StartPlace& place, std::int64_t iterations) {
  const at::Tensor& w = place.weight;
  const at::Tensor start = nn::draw_normal({w.size(0), place.rank}, 1.0, 0, place.path + ".pissa").to(w.device());
  at::Tensor basis = orthonormal(at::mm(w.t(), start));
  for (std::int64_t round = 0; round < iterations; ++round)
    basis = orthonormal(at::mm(w.t(), orthonormal(at::mm(w, basis))));
  const auto [u, s, vh] = at::linalg_svd(at::mm(w, basis), false);
  return {u, s, at::mm(vh, basis.t())};
}

StartFactors principal(const Decomposition& parts, double scaling) {
  const at::Tensor root = (parts.s / scaling).sqrt();
  return {(root.unsqueeze(1) * parts.vh).contiguous(), (parts.u * root).contiguous()};
}

StartFactors orthogonal(const StartPlace& place) {
  const std::int64_t rank = place.rank, half = rank / 2;
  if (rank % 2 != 0) refuse("\"orthogonal\" with rank " + std::to_string(rank) + " on " + place.path, "an even rank");
  const std::string name = place.path + ".orthogonal";
  const at::Tensor q = orthonormal(nn::draw_normal({rank, rank}, 1.0, place.seed, name));
  const at::Tensor left = nn::draw_normal({place.weight.size(1), half}, 1.0, place.seed, name + ".A");
  const at::Tensor right = nn::draw_normal({place.weight.size(0), half}, 1.0, place.seed, name + ".B");
  const at::Tensor first = q.slice(0, 0, rank, 2), second = q.slice(0, 1, rank, 2);
  return {(at::mm(left, first).t() / 10.0).contiguous(), at::mm(right, second) / 10.0};
}

StartFactors drawn(const std::string& initialisation, const StartPlace& place) {
  const std::int64_t out = place.weight.size(0), in = place.weight.size(1), rank = place.rank;
  const std::string name = "base_model.model." + place.path;
  at::Tensor b = at::zeros({out, rank}, at::kFloat);
  if (initialisation == "gaussian")
    return {nn::draw_normal({rank, in}, 1.0 / static_cast<double>(rank), place.seed, name + ".lora_A"), b};
  const at::Tensor a =
      nn::draw_uniform({rank, in}, 1.0 / std::sqrt(static_cast<double>(in)), place.seed, name + ".lora_A");
  if (initialisation == "false")
    b = nn::draw_uniform({out, rank}, 1.0 / std::sqrt(static_cast<double>(rank)), place.seed, name + ".lora_B");
  return {a, b};
}

void check_rank(const std::string& initialisation, const StartPlace& place) {
  const std::int64_t limit = std::min(place.weight.size(0), place.weight.size(1));
  if (place.rank <= limit) return;
  refuse("\"" + initialisation + "\" with rank " + std::to_string(place.rank) + " on " + place.path,
         "a rank of at most " + std::to_string(limit) + ", the module's smaller side");
}

}  // namespace

bool changes_base(const std::string& initialisation) {
  return initialisation == "pissa" || initialisation == "olora" || initialisation.rfind(kIterated, 0) == 0;
}

StartFactors start_factors(const std::string& initialisation, const StartPlace& place) {
  const at::NoGradGuard no_grad;
  if (changes_base(initialisation)) {
    check_rank(initialisation, place);
    if (initialisation == "olora") {
      const auto [q, r] = at::linalg_qr(place.weight);
      return {r.narrow(0, 0, place.rank).contiguous(), q.narrow(1, 0, place.rank).contiguous()};
    }
    if (!(place.scaling > 0)) refuse("\"" + initialisation + "\" with a scaling that is not above 0", "alpha above 0");
    const auto iterations = iterations_of(initialisation);
    return principal(iterations ? iterated(place, *iterations) : leading(place.weight, place.rank), place.scaling);
  }
  if (initialisation == "orthogonal") return orthogonal(place);
  if (initialisation == "true" || initialisation == "false" || initialisation == "gaussian")
    return drawn(initialisation, place);
  refuse("\"" + initialisation + "\"", "true, false, gaussian, pissa, pissa_niter_K, olora or orthogonal",
         "initialisations that look at data are not computed here");
}

}  // namespace lorascope::adapters
