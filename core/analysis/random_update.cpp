#include "core/analysis/random_update.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "core/nn/initialise.h"

namespace lorascope::analysis {
namespace {

constexpr double kVanishing = 1e-6;  ///< of σ₁

at::Tensor random_directions(std::int64_t size, std::int64_t count, std::uint64_t seed, const std::string& name) {
  return std::get<0>(at::linalg_qr(nn::draw_normal({size, count}, 1.0, seed, name).to(at::kDouble)));
}

}  // namespace

at::Tensor random_update(const std::vector<double>& singular_values, std::int64_t out, std::int64_t in,
                         std::uint64_t seed, std::string_view name) {
  const at::NoGradGuard no_grad;
  std::vector<double> values = singular_values;
  std::sort(values.begin(), values.end(), std::greater<>());
  const double least = values.empty() ? 0 : kVanishing * values.front();
  std::erase_if(values, [least](double value) { return !(value > least); });
  const auto rank = static_cast<std::int64_t>(values.size());
  if (rank == 0) return at::zeros({out, in}, at::kDouble);
  const std::string base(name);
  const at::Tensor left = random_directions(out, rank, seed, base + "/left");
  const at::Tensor right = random_directions(in, rank, seed, base + "/right");
  return at::mm(left * at::tensor(values, at::kDouble), right.t());
}

}  // namespace lorascope::analysis
