#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/figures/heat_map.h"
#include "core/figures/spectrum_figure.h"

namespace lorascope::figures {

/// A measure of the update by layer (the highest first) and kind of module: the mean over the runs of one group at the
/// newest spectra up to `step`, or the first group's minus the second's.
HeatMapData layer_map(std::span<const RunSpectra> runs, const RunGroup& group, const RunGroup* minus,
                      SpectrumMeasure measure, std::optional<std::int64_t> step = {});

/// Mean of a measure over the runs of one group at the newest spectra up to `step`; NaN without any.
double group_measure(std::span<const RunSpectra> runs, const RunGroup& group, const std::string& module,
                     SpectrumMeasure measure, std::optional<std::int64_t> step = {});

/// Stable, effective and energy rank, norm and relative norm of one module, or the mean over all modules where it is
/// empty: one row a group with standard deviations over its runs, one row a run below where there are several.
TableData numbers_table(std::span<const RunSpectra> runs, const std::vector<RunGroup>& groups,
                        const std::string& module, std::optional<std::int64_t> step = {});

}  // namespace lorascope::figures
