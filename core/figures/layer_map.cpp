#include "core/figures/layer_map.h"

#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "core/figures/statistics.h"

namespace lorascope::figures {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr SpectrumMeasure kMeasures[] = {SpectrumMeasure::StableRank, SpectrumMeasure::EffectiveRank,
                                         SpectrumMeasure::EnergyRank, SpectrumMeasure::Norm,
                                         SpectrumMeasure::RelativeNorm};

double run_measure(const RunSpectra& run, const std::string& module, SpectrumMeasure measure,
                   std::optional<std::int64_t> step) {
  for (auto at = run.spectra.rbegin(); at != run.spectra.rend(); ++at) {
    const bool fits = at->module == module && !at->values.empty() && (!step || at->step <= *step);
    if (fits) return spectrum_measure(*at, measure);
  }
  return kNone;
}

double mean_measure(const RunSpectra& run, const std::vector<std::string>& modules, SpectrumMeasure measure,
                    std::optional<std::int64_t> step) {
  std::vector<double> values;
  for (const std::string& module : modules) {
    const double value = run_measure(run, module, measure, step);
    if (std::isfinite(value)) values.push_back(value);
  }
  return mean_of(values);
}

TableRow row_of(std::span<const RunSpectra> runs, const RunGroup& group, const std::vector<std::string>& modules,
                std::optional<std::int64_t> step) {
  TableRow row;
  row.method = group.style.method;
  row.cells.emplace_back().text = group.name;
  for (const SpectrumMeasure measure : kMeasures) {
    std::vector<double> values;
    for (const std::size_t member : group.members) {
      const double value = mean_measure(runs[member], modules, measure, step);
      if (std::isfinite(value)) values.push_back(measure == SpectrumMeasure::RelativeNorm ? value * 100 : value);
    }
    TableCell& cell = row.cells.emplace_back();
    if (values.empty()) continue;
    cell.value = mean_of(values);
    if (values.size() > 1) cell.spread = standard_deviation(values);
  }
  return row;
}

}  // namespace

double group_measure(std::span<const RunSpectra> runs, const RunGroup& group, const std::string& module,
                     SpectrumMeasure measure, std::optional<std::int64_t> step) {
  std::vector<double> values;
  for (const std::size_t member : group.members) {
    const double value = run_measure(runs[member], module, measure, step);
    if (std::isfinite(value)) values.push_back(value);
  }
  return mean_of(values);
}

HeatMapData layer_map(std::span<const RunSpectra> runs, const RunGroup& group, const RunGroup* minus,
                      SpectrumMeasure measure, std::optional<std::int64_t> step) {
  std::map<std::pair<int, std::string>, std::string> modules;
  std::set<int, std::greater<>> layers;
  for (const std::string& module : modules_of(runs)) {
    const ModulePlace place = module_place(module);
    modules.emplace(std::pair(place.layer, place.kind), module);
    layers.insert(place.layer);
  }
  HeatMapData map;
  map.title = measure_label(measure) + " by layer and module, " + group.name;
  if (minus != nullptr) map.title += " minus " + minus->name;
  map.diverging = minus != nullptr;
  map.unit = measure == SpectrumMeasure::RelativeNorm ? "%" : "";
  map.columns = kinds_of(runs);
  for (const int layer : layers) {
    map.rows.push_back(layer >= 0 ? "layer " + std::to_string(layer) : "other");
    for (const std::string& kind : map.columns) {
      const auto module = modules.find({layer, kind});
      double value = kNone;
      if (module != modules.end()) {
        value = group_measure(runs, group, module->second, measure, step);
        if (minus != nullptr) value -= group_measure(runs, *minus, module->second, measure, step);
      }
      map.values.push_back(value);
    }
  }
  return map;
}

TableData numbers_table(std::span<const RunSpectra> runs, const std::vector<RunGroup>& groups,
                        const std::string& module, std::optional<std::int64_t> step) {
  TableData table;
  table.title = module.empty() ? "Ranks and sizes of the update" : "Numbers, " + module_place(module).text();
  if (module.empty()) table.note = "means over all modules";
  table.columns = {{.name = "run", .unit = {}},
                   {.name = "stable rank", .unit = {}, .align = Align::Right, .digits = 2},
                   {.name = "effective rank", .unit = {}, .align = Align::Right, .digits = 2},
                   {.name = "90 % energy", .unit = {}, .align = Align::Right, .digits = 0},
                   {.name = "‖ΔW‖", .unit = {}, .align = Align::Right, .digits = 3},
                   {.name = "‖ΔW‖ / ‖W‖", .unit = "%", .align = Align::Right, .digits = 2}};
  const std::vector<std::string> modules = module.empty() ? modules_of(runs) : std::vector<std::string>{module};
  for (const RunGroup& group : groups) {
    table.rows.push_back(row_of(runs, group, modules, step));
    if (group.members.size() == 1) {
      table.rows.back().run_id = runs[group.members.front()].run.id;
      continue;
    }
    for (const std::size_t member : group.members) {
      const RunGroup single{seed_name(runs[member].run), {member}, group.style};
      TableRow row = row_of(runs, single, modules, step);
      row.level = 1;
      row.run_id = runs[member].run.id;
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

}  // namespace lorascope::figures
