#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/figures/figure_data.h"
#include "core/figures/spectrum_figure.h"
#include "core/figures/table_data.h"
#include "ui/weights/weight_analyses.h"

namespace lorascope::ui {

/// Kinds of modules that any of the runs has, in the order of their first.
std::vector<std::string> kindsOf(std::span<const WeightAnalysis> analyses);

/// One number of `measure` a layer for one kind of module, dots of each run, beside its floors as dotted lines: what
/// random updates of the same spectrum give, and W itself. Amplification on a log axis; α with its standard error as a
/// band.
figures::FigureData measureByLayerFigure(std::span<const WeightAnalysis> analyses, const std::string& kind,
                                         const AdapterMeasure& measure);

/// All numbers that belong to `measure` ("intruders", "amplification", "alpha") with their floors: a row a module and
/// run.
figures::TableData measureTable(std::span<const WeightAnalysis> analyses, const AdapterMeasure& measure);

}  // namespace lorascope::ui
