#include "core/analysis/adapter_comparison.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/adapters/folder_merge.h"
#include "core/adapters/low_rank.h"
#include "core/base/error.h"

namespace lorascope::analysis {
namespace {

constexpr double kVanishing = 1e-6;  ///< of σ₁: below it a direction is rounding

adapters::LowRankProduct product_of(const files::LoraModule& module) {
  return {module.b, module.a, module.scaling};
}

std::int64_t num_directions(const at::Tensor& values, std::int64_t limit) {
  if (values.size(0) == 0 || values[0].item<double>() == 0) return 0;
  const auto count = (values > kVanishing * values[0]).sum().item<std::int64_t>();
  return limit > 0 ? std::min(limit, count) : count;
}

/// ‖corner of the first `rows` and `columns`‖² / the smaller of the two, for cosines between singular vectors.
double overlap(const at::Tensor& cosines, std::int64_t rows, std::int64_t columns) {
  const std::int64_t smaller = std::min(rows, columns);
  if (smaller == 0) return 0;
  return cosines.narrow(0, 0, rows).narrow(1, 0, columns).square().sum().item<double>() / static_cast<double>(smaller);
}

double floor_of(const ModuleComparison& module, std::int64_t size) {
  if (module.first_rank == 0 || module.second_rank == 0) return 0;
  return static_cast<double>(std::max(module.first_rank, module.second_rank)) / static_cast<double>(size);
}

void check_shapes(const files::LoraModule& first, const files::LoraModule& second) {
  if (first.a.size(1) == second.a.size(1) && first.b.size(0) == second.b.size(0)) return;
  throw CheckpointError("cannot compare the adapters",
                        Problem{first.path,
                                "updates of shape " + files::shape_text({first.b.size(0), first.a.size(1)}) + " and " +
                                    files::shape_text({second.b.size(0), second.a.size(1)}),
                                "one shape", "the adapters are of different base models"});
}

struct Compared {
  ModuleComparison module;
  double inner_product = 0;  ///< <ΔW, ΔW'>
};

Compared compared(const files::LoraModule& first, const files::LoraModule& second, std::int64_t limit) {
  const adapters::ThinSvd left = adapters::thin_svd(product_of(first)), right = adapters::thin_svd(product_of(second));
  const at::Tensor outputs = at::mm(left.u.t(), right.u), inputs = at::mm(left.v.t(), right.v);
  Compared result;
  ModuleComparison& module = result.module;
  module.path = first.path;
  module.first_norm = at::linalg_vector_norm(left.s).item<double>();
  module.second_norm = at::linalg_vector_norm(right.s).item<double>();
  result.inner_product = (outputs * inputs * left.s.unsqueeze(1) * right.s).sum().item<double>();
  const double norms = module.first_norm * module.second_norm;
  module.cosine = norms > 0 ? std::clamp(result.inner_product / norms, -1.0, 1.0) : 0;
  module.first_rank = num_directions(left.s, limit);
  module.second_rank = num_directions(right.s, limit);
  module.left_overlap = overlap(outputs, module.first_rank, module.second_rank);
  module.right_overlap = overlap(inputs, module.first_rank, module.second_rank);
  module.left_floor = floor_of(module, first.b.size(0));
  module.right_floor = floor_of(module, first.a.size(1));
  return result;
}

}  // namespace

AdapterComparison compare_adapters(const files::AdapterFolder& first, const files::AdapterFolder& second,
                                   std::int64_t directions) {
  const at::NoGradGuard no_grad;
  for (const files::AdapterFolder* adapter : {&first, &second})
    adapters::check_finite(*adapter, "cannot compare the adapters");
  AdapterComparison comparison;
  const std::vector<files::LoraModule> others = second.modules();
  std::map<std::string, const files::LoraModule*> by_path;
  for (const files::LoraModule& module : others) by_path[module.path] = &module;
  double inner = 0, first_square = 0, second_square = 0;
  for (const files::LoraModule& module : first.modules()) {
    const auto other = by_path.find(module.path);
    if (other == by_path.end()) {
      comparison.only_first.push_back(module.path);
      continue;
    }
    check_shapes(module, *other->second);
    const Compared pair = compared(module, *other->second, directions);
    by_path.erase(other);
    inner += pair.inner_product;
    first_square += std::pow(pair.module.first_norm, 2);
    second_square += std::pow(pair.module.second_norm, 2);
    comparison.modules.push_back(pair.module);
  }
  for (const files::LoraModule& module : others)
    if (by_path.count(module.path) != 0) comparison.only_second.push_back(module.path);
  if (comparison.modules.empty())
    throw CheckpointError("cannot compare the adapters",
                          Problem{second.folder.string(), "no module that the first adapter has as well",
                                  "at least one common module", "the adapters are of different base models"});
  const double norms = std::sqrt(first_square) * std::sqrt(second_square);
  comparison.cosine = norms > 0 ? std::clamp(inner / norms, -1.0, 1.0) : 0;
  return comparison;
}

}  // namespace lorascope::analysis
