#include "ui/weights/layer_map.h"

#include <cmath>
#include <functional>
#include <set>

#include "core/figures/layer_map.h"
#include "ui/plots/number_text.h"

namespace lorascope::ui {
namespace {

using figures::SpectrumMeasure;

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
  return figures::group_measure(runs, group, module, measure, step);
}

HeatMap layerMap(std::span<const figures::RunSpectra> runs, const figures::RunGroup& group,
                 const figures::RunGroup* minus, SpectrumMeasure measure, std::optional<std::int64_t> step) {
  const figures::HeatMapData data = figures::layer_map(runs, group, minus, measure, step);
  HeatMap map;
  map.title = QString::fromStdString(data.title);
  map.diverging = data.diverging;
  map.per_cent = data.unit == "%";
  map.text = [measure](double value) { return measureText(measure, value); };
  for (const std::string& column : data.columns) map.columns.push_back(QString::fromStdString(column));
  for (const std::string& row : data.rows) map.rows.push_back(QString::fromStdString(row));
  map.values = data.values;
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
  if (!module.empty()) return figures::numbers_table(runs, groups, module, step);
  figures::TableData table = figures::numbers_table(runs, {}, module, step);
  table.title = "Numbers";
  table.note.clear();
  return table;
}

QString measureText(SpectrumMeasure measure, double value) {
  if (measure == SpectrumMeasure::RelativeNorm) return valueText(value * 100, 2) + QStringLiteral(" %");
  return valueText(value, 3);
}

}  // namespace lorascope::ui
