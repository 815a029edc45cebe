#pragma once

#include <optional>

#include "core/figures/axis_range.h"
#include "core/figures/figure_data.h"

namespace lorascope::ui {

using figures::Range;

inline bool contains(const Range& range, double value) {
  return value >= range.low && value <= range.high;
}

/// The figure with two points a line that have the same extent on both axes, as far as they can be drawn: x_range() and
/// y_range() of it are those of the whole figure, at no cost.
figures::FigureData summaryOf(const figures::FigureData& figure);
/// Widens line `index` of a summary by the points of `line` from `first` on.
void extendSummary(figures::FigureData& summary, std::size_t index, const figures::Line& line, std::size_t first);

/// The x range that shows everything, bars to their edges.
Range fullRangeX(const figures::FigureData& figure);

/// The y range of what lies inside `visible`. Without outliers it spans the middle 96 % of the values, so that a few
/// spikes do not flatten everything else.
Range fittingRangeY(const figures::FigureData& figure, const Range& visible, bool with_outliers);

/// Index of the point of a line that lies nearest to x and has a finite y; nothing for a line without such a point.
/// The line's x must ascend.
std::optional<std::size_t> nearestPoint(const figures::Line& line, double x);

}  // namespace lorascope::ui
