#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/figures/figure_data.h"
#include "core/figures/spectrum_figure.h"
#include "ui/weights/weight_analyses.h"

namespace lorascope::ui {

/// Number of c_j below the threshold.
int intruderCount(const AdapterModule& module, double threshold);

/// The same modules with their count at this threshold under "intruders" and the mean of "in_base_space" under
/// "base_share"; those of the random update under "random_intruders" and "random_base_share".
std::vector<AdapterModule> withCounts(std::vector<AdapterModule> modules, double threshold);

/// c_j by rank j of one module, a row of dots a run, with the threshold as a line.
figures::FigureData closestFigure(std::span<const WeightAnalysis> analyses, const figures::ModulePlace& place,
                                  double threshold);

}  // namespace lorascope::ui
