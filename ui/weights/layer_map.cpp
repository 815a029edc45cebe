#include "ui/weights/layer_map.h"

#include <QObject>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "ui/plots/number_text.h"

namespace lorascope::ui {
namespace {

using figures::SpectrumMeasure;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr SpectrumMeasure kMeasures[] = {SpectrumMeasure::StableRank, SpectrumMeasure::EffectiveRank,
                                         SpectrumMeasure::EnergyRank, SpectrumMeasure::Norm,
                                         SpectrumMeasure::RelativeNorm};

const store::Spectrum* newest(const figures::RunSpectra& run, const std::string& module,
                              std::optional<std::int64_t> step) {
  for (auto at = run.spectra.rbegin(); at != run.spectra.rend(); ++at) {
    if (at->module == module && !at->values.empty() && (!step || at->step <= *step)) return &*at;
  }
  return nullptr;
}

std::vector<double> values(std::span<const figures::RunSpectra> runs, const figures::RunGroup& group,
                           const std::string& module, SpectrumMeasure measure, std::optional<std::int64_t> step) {
  std::vector<double> result;
  for (const std::size_t member : group.members) {
    const store::Spectrum* spectrum = newest(runs[member], module, step);
    const double value = spectrum != nullptr ? figures::spectrum_measure(*spectrum, measure) : kNone;
    if (std::isfinite(value)) result.push_back(value);
  }
  return result;
}

figures::TableCell cellOf(const std::vector<double>& numbers, double factor) {
  figures::TableCell cell;
  if (numbers.empty()) return cell;
  double sum = 0;
  for (const double number : numbers) sum += number * factor;
  const double mean = sum / static_cast<double>(numbers.size());
  cell.value = mean;
  if (numbers.size() < 2) return cell;
  double squares = 0;
  for (const double number : numbers) squares += (number * factor - mean) * (number * factor - mean);
  cell.spread = std::sqrt(squares / static_cast<double>(numbers.size() - 1));
  return cell;
}

double factorOf(SpectrumMeasure measure) {
  return measure == SpectrumMeasure::RelativeNorm ? 100 : 1;
}

figures::TableRow rowOf(std::span<const figures::RunSpectra> runs, const figures::RunGroup& group,
                        const std::string& module, std::optional<std::int64_t> step) {
  figures::TableRow row;
  row.method = group.style.method;
  row.cells.emplace_back().text = group.name;
  for (const SpectrumMeasure measure : kMeasures) {
    row.cells.push_back(cellOf(values(runs, group, module, measure, step), factorOf(measure)));
  }
  return row;
}

}  // namespace

LayerGrid gridOf(std::span<const figures::RunSpectra> runs) {
  LayerGrid grid;
  grid.kinds = figures::kinds_of(runs);
  std::set<int, std::greater<>> layers;
  for (const std::string& module : figures::modules_of(runs)) layers.insert(figures::module_place(module).layer);
  grid.layers.assign(layers.begin(), layers.end());
  return grid;
}

std::string moduleAt(std::span<const figures::RunSpectra> runs, int layer, const std::string& kind) {
  for (const std::string& module : figures::modules_of(runs)) {
    const figures::ModulePlace place = figures::module_place(module);
    if (place.layer == layer && place.kind == kind) return module;
  }
  return {};
}

double groupMeasure(std::span<const figures::RunSpectra> runs, const figures::RunGroup& group,
                    const std::string& module, SpectrumMeasure measure, std::optional<std::int64_t> step) {
  const std::vector<double> numbers = values(runs, group, module, measure, step);
  if (numbers.empty()) return kNone;
  double sum = 0;
  for (const double number : numbers) sum += number;
  return sum / static_cast<double>(numbers.size());
}

HeatMap layerMap(std::span<const figures::RunSpectra> runs, const figures::RunGroup& group,
                 const figures::RunGroup* minus, SpectrumMeasure measure, std::optional<std::int64_t> step) {
  const LayerGrid grid = gridOf(runs);
  HeatMap map;
  map.title = QString::fromStdString(figures::measure_label(measure)) + QStringLiteral(" by layer and module, ") +
              QString::fromStdString(group.name);
  if (minus != nullptr) map.title += QStringLiteral(" minus ") + QString::fromStdString(minus->name);
  map.diverging = minus != nullptr;
  map.per_cent = measure == SpectrumMeasure::RelativeNorm;
  map.text = [measure](double value) { return measureText(measure, value); };
  for (const std::string& kind : grid.kinds) map.columns.push_back(QString::fromStdString(kind));
  for (const int layer : grid.layers) {
    map.rows.push_back(layer >= 0 ? QObject::tr("layer %1").arg(layer) : QStringLiteral("other"));
    for (const std::string& kind : grid.kinds) {
      const std::string module = moduleAt(runs, layer, kind);
      double value = module.empty() ? kNone : groupMeasure(runs, group, module, measure, step);
      if (minus != nullptr && !module.empty()) value -= groupMeasure(runs, *minus, module, measure, step);
      map.values.push_back(value);
    }
  }
  return map;
}

figures::TableData mapTable(const HeatMap& map) {
  figures::TableData table;
  table.columns.push_back({.name = "layer", .unit = {}});
  for (const QString& column : map.columns) {
    table.columns.push_back({.name = column.toStdString(), .unit = {}, .align = figures::Align::Right, .digits = 5});
  }
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    figures::TableRow line;
    line.cells.emplace_back().text = map.rows[row].toStdString();
    for (std::size_t column = 0; column < map.columns.size(); ++column) {
      figures::TableCell cell;
      if (std::isfinite(map.at(row, column))) cell.value = map.at(row, column);
      line.cells.push_back(cell);
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

figures::TableData numbersTable(std::span<const figures::RunSpectra> runs, const std::vector<figures::RunGroup>& groups,
                                const std::string& module, std::optional<std::int64_t> step) {
  using figures::Align;
  figures::TableData table;
  table.title = module.empty() ? "Numbers" : "Numbers, " + figures::module_place(module).text();
  table.columns = {{.name = "run", .unit = {}},
                   {.name = "stable rank", .unit = {}, .align = Align::Right, .digits = 2},
                   {.name = "effective rank", .unit = {}, .align = Align::Right, .digits = 2},
                   {.name = "90 % energy", .unit = {}, .align = Align::Right, .digits = 0},
                   {.name = "‖ΔW‖", .unit = {}, .align = Align::Right, .digits = 3},
                   {.name = "‖ΔW‖ / ‖W‖", .unit = "%", .align = Align::Right, .digits = 2}};
  for (const figures::RunGroup& group : groups) {
    table.rows.push_back(rowOf(runs, group, module, step));
    if (group.members.size() == 1) {
      table.rows.back().run_id = runs[group.members.front()].run.id;
      continue;
    }
    for (const std::size_t member : group.members) {
      figures::RunGroup single{figures::seed_name(runs[member].run), {member}, group.style};
      figures::TableRow row = rowOf(runs, single, module, step);
      row.level = 1;
      row.run_id = runs[member].run.id;
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

QString measureText(SpectrumMeasure measure, double value) {
  if (measure == SpectrumMeasure::RelativeNorm) return valueText(value * 100, 2) + QStringLiteral(" %");
  return valueText(value, 3);
}

}  // namespace lorascope::ui
