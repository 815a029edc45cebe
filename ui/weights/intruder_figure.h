#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/figures/figure_data.h"
#include "core/figures/spectrum_figure.h"
#include "ui/weights/adapter_map.h"

namespace lorascope::ui {

/// What `lorascope analyse RUN --what intruders` said about one run.
struct IntruderAnalysis {
  std::int64_t run = 0;
  std::string name;
  figures::LineStyle style;
  std::vector<AdapterModule> modules;  ///< with the list "closest": c_j = max_i |u'_j · u_i|
};

/// Number of c_j below the threshold.
int intruderCount(const AdapterModule& module, double threshold);

/// The same modules with their count at this threshold under "intruders" and the mean of "in_base_space" under
/// "base_share".
std::vector<AdapterModule> withCounts(std::vector<AdapterModule> modules, double threshold);

/// c_j by rank j of one module, a row of dots a run, with the threshold as a line.
figures::FigureData closestFigure(std::span<const IntruderAnalysis> analyses, const figures::ModulePlace& place,
                                  double threshold);

/// One number of `measure` a layer for one kind of module, dots of each run; amplification on a log axis beside what W's
/// own leading directions and random ones would give.
figures::FigureData measureByLayerFigure(std::span<const IntruderAnalysis> analyses, const std::string& kind,
                                         const AdapterMeasure& measure);

}  // namespace lorascope::ui
