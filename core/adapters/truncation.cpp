#include "core/adapters/truncation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/adapters/folder_merge.h"
#include "core/adapters/low_rank.h"
#include "core/base/error.h"

namespace lorascope::adapters {
namespace {

void check(const TruncationOptions& options) {
  if (options.rank.has_value() == options.energy.has_value())
    throw UsageError("give either --rank or --energy", "such as --rank 4, or --energy 0.9");
  if (options.rank && *options.rank < 1) throw UsageError("--rank is below 1", "give the rank to keep");
  if (options.energy && !(*options.energy > 0 && *options.energy <= 1))
    throw UsageError("--energy is not in (0, 1]", "give the share of the squared singular values to keep");
}

/// How many of the singular values stay; at least one.
std::int64_t kept(const at::Tensor& values, const TruncationOptions& options) {
  const std::int64_t count = values.size(0);
  if (options.rank) return std::min(*options.rank, count);
  const at::Tensor squares = values * values;
  const double wanted = *options.energy * squares.sum().item<double>();
  double reached = 0;
  std::int64_t rank = 0;
  while (rank < count && (rank == 0 || reached < wanted)) reached += squares[rank++].item<double>();
  return rank;
}

double norm_of(const at::Tensor& values) {
  return at::linalg_vector_norm(values).item<double>();
}

/// The rank that most modules have; the others are named.
void put_ranks(files::AdapterConfig& config, const std::vector<TruncatedModule>& modules) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const TruncatedModule& module : modules) ++counts[module.rank];
  const auto most = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& left, const auto& right) { return left.second < right.second; });
  config.rank = most->first;
  config.alpha = static_cast<double>(config.rank);
  config.use_rslora = false;
  config.rank_pattern.clear();
  config.alpha_pattern.clear();
  for (const TruncatedModule& module : modules) {
    if (module.rank == config.rank) continue;
    config.rank_pattern.emplace_back(module.path, module.rank);
    config.alpha_pattern.emplace_back(module.path, static_cast<double>(module.rank));
  }
}

}  // namespace

TruncatedFolder truncate_folder(const files::AdapterFolder& adapter, const TruncationOptions& options) {
  const at::NoGradGuard no_grad;
  check(options);
  check_plain(adapter, "cannot truncate the adapter", true);
  TruncatedFolder result;
  result.config = adapter.config;
  result.config.init_lora_weights = "true";
  result.tensors = adapter.tensors;
  double lost = 0, total = 0;
  for (const files::LoraModule& module : adapter.modules()) {
    const ThinSvd parts = thin_svd({module.b, module.a, module.scaling});
    const std::int64_t rank = kept(parts.s, options), rest = parts.s.size(0) - rank;
    const at::Tensor root = parts.s.narrow(0, 0, rank).sqrt();
    const double norm = norm_of(parts.s), error = norm_of(parts.s.narrow(0, rank, rest));
    result.tensors[module.a_name] = (parts.v.narrow(1, 0, rank) * root).t().to(at::kFloat).contiguous();
    result.tensors[module.b_name] = (parts.u.narrow(1, 0, rank) * root).to(at::kFloat).contiguous();
    // The bias of B was multiplied by the scaling, which is 1 now.
    if (module.b_bias.defined())
      result.tensors[module.a_name.substr(0, module.a_name.rfind(".lora_")) + ".lora_B.bias"] =
          module.b_bias * module.scaling;
    result.modules.push_back({module.path, module.a.size(0), rank, norm > 0 ? error / norm : 0});
    lost += error * error;
    total += norm * norm;
  }
  result.relative_error = total > 0 ? std::sqrt(lost / total) : 0;
  put_ranks(result.config, result.modules);
  return result;
}

}  // namespace lorascope::adapters
