#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/figures/spectrum_figure.h"
#include "core/figures/table_data.h"
#include "ui/plots/heat_map_view.h"

namespace lorascope::ui {

/// Layers (the highest first, as drawn) and kinds of modules that any of the runs has a spectrum of.
struct LayerGrid {
  std::vector<int> layers;
  std::vector<std::string> kinds;

  bool operator==(const LayerGrid&) const = default;
};
LayerGrid gridOf(std::span<const figures::RunSpectra> runs);

/// Name of the module at a place in any of the runs; empty where there is none.
std::string moduleAt(std::span<const figures::RunSpectra> runs, int layer, const std::string& kind);

/// Mean of a measure over the runs of one group at the newest spectra up to `step`; NaN without any.
double groupMeasure(std::span<const figures::RunSpectra> runs, const figures::RunGroup& group,
                    const std::string& module, figures::SpectrumMeasure measure, std::optional<std::int64_t> step);

/// The measure of one group, or of `group` minus `minus`, by layer and module.
HeatMap layerMap(std::span<const figures::RunSpectra> runs, const figures::RunGroup& group,
                 const figures::RunGroup* minus, figures::SpectrumMeasure measure, std::optional<std::int64_t> step);

/// The heat map as a table: one row a layer.
figures::TableData mapTable(const HeatMap& map);

/// Stable rank, effective rank, 90 % energy rank, norm and relative norm of one module: one row a group, with standard
/// deviations over its runs, and one row a run below where there are several.
figures::TableData numbersTable(std::span<const figures::RunSpectra> runs, const std::vector<figures::RunGroup>& groups,
                                const std::string& module, std::optional<std::int64_t> step);

/// "2.3 %" for the relative norm, otherwise a short number.
QString measureText(figures::SpectrumMeasure measure, double value);

}  // namespace lorascope::ui
