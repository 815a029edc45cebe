#include "app/lorascope/derive/directions.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <map>
#include <numbers>
#include <optional>

#include "app/lorascope/derive/tuned_run.h"
#include "core/analysis/direction_overlap.h"
#include "core/analysis/weight_change.h"
#include "core/base/error.h"

namespace lorascope::app {
namespace {

constexpr double kVanishing = 1e-5;  ///< of σ₁: below it a direction of an update is rounding

/// The changed matrices whose module ends in `wanted`, by their module.
std::map<std::string, analysis::ChangedMatrix> matrices_of(const TunedRun& run, const std::string& wanted) {
  std::map<std::string, analysis::ChangedMatrix> result;
  for (const analysis::ChangedMatrix& matrix : analysis::changed_matrices(run.base, run.after)) {
    const std::string module = matrix.name.substr(0, matrix.name.rfind('.'));
    if (module.size() >= wanted.size() && module.compare(module.size() - wanted.size(), wanted.size(), wanted) == 0)
      result.emplace(module, matrix);
  }
  return result;
}

/// Right singular vectors of ΔW that are no rounding, [in,K].
at::Tensor input_directions(const analysis::ChangedMatrix& matrix) {
  const analysis::SingularParts parts =
      analysis::singular_parts(matrix.after.to(at::kDouble) - matrix.before.to(at::kDouble));
  const std::int64_t rank =
      std::max<std::int64_t>(1, (parts.s > kVanishing * parts.s[0]).sum().item<std::int64_t>());
  return parts.vh.narrow(0, 0, rank).t();
}

Json grid_json(const analysis::OverlapGrid& grid) {
  Json json = {{"rows", grid.rows}, {"columns", grid.columns}, {"grid", grid.values}};
  if (!grid.floor.empty()) json["floor"] = grid.floor;
  return json;
}

Json own_directions(const analysis::ChangedMatrix& matrix, std::int64_t count) {
  Json json = grid_json(analysis::direction_grid(analysis::singular_parts(matrix.after).u,
                                                 analysis::singular_parts(matrix.before).u, count));
  json["floor"] = std::sqrt(2 / (std::numbers::pi * static_cast<double>(matrix.after.size(0))));
  return json;
}

}  // namespace

Json compare_directions(const store::Workspace& workspace, const DirectionsOptions& options) {
  at::set_num_threads(1);  // decompositions of a few hundred rows: threads would wait for each other
  const TunedRun run = open_tuned_run(workspace, options.run);
  std::optional<TunedRun> against;
  if (!options.against.empty()) against = open_tuned_run(workspace, options.against);
  Json modules = Json::object();
  const auto matrices = matrices_of(run, options.module);
  const auto others = against ? matrices_of(*against, options.module) : matrices;
  for (const auto& [module, matrix] : matrices) {
    const auto other = others.find(module);
    if (other == others.end()) continue;
    if (!against) {
      modules[module] = own_directions(matrix, options.count);
      continue;
    }
    const at::Tensor first = input_directions(matrix), second = input_directions(other->second);
    if (first.size(0) != second.size(0))
      throw UsageError("the two runs are of different base models", "choose runs of one base model");
    modules[module] = grid_json(analysis::subspace_grid(first, second, options.count));
  }
  if (modules.empty())
    throw UsageError("no changed module is called \"" + options.module + "\"",
                     "name the end of a module's path, such as layer.5.attention.self.query");
  return {{"run", run.record.id}, {"against", against ? Json(against->record.id) : Json()}, {"modules", modules}};
}

}  // namespace lorascope::app
