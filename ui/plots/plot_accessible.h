#pragma once

namespace lorascope::ui {

/// Gives every PlotView the role of a chart and a summary of its figure as its description, computed when asked for.
void installPlotAccessibility();

}  // namespace lorascope::ui
