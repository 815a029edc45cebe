#pragma once

#include <string>

#include "core/figures/figure_data.h"
#include "core/figures/heat_map.h"
#include "core/figures/parallel_figure.h"
#include "core/figures/render.h"

namespace lorascope::figures {

/// The figure as pgfplots source: a tikzpicture to be \input (needs \usepackage{pgfplots}), in the colours and dashes
/// of all other exports, with the numbers in it. Lines longer than about 1,000 points are thinned with their extremes
/// kept; the CSV has all of them. `document`: a standalone file that pdflatex accepts.
std::string pgfplots_figure(const FigureData& figure, const RenderOptions& options = {}, bool document = false);

/// A heat map as a matrix plot: cells as rectangles, the colours of the other exports, a colour bar.
std::string pgfplots_figure(const HeatMapData& map, const RenderOptions& options = {});
/// One line a run over axes from 0 to 1, whose ends are named below and above.
std::string pgfplots_figure(const ParallelData& data, const RenderOptions& options = {});

}  // namespace lorascope::figures
