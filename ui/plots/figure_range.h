#pragma once

#include <optional>

#include "core/figures/axis_range.h"
#include "core/figures/figure_data.h"

namespace lorascope::ui {

using figures::Range;

inline bool contains(const Range& range, double value) { return value >= range.low && value <= range.high; }

/// The x range that shows everything, bars to their edges.
Range fullRangeX(const figures::FigureData& figure);

/// The y range of what lies inside `visible`. Without outliers it spans the middle 96 % of the values, so that a few
/// spikes do not flatten everything else.
Range fittingRangeY(const figures::FigureData& figure, const Range& visible, bool with_outliers);

/// Index of the point of a line that lies nearest to x and has a finite y; nothing for a line without such a point.
/// The line's x must ascend.
std::optional<std::size_t> nearestPoint(const figures::Line& line, double x);

}  // namespace lorascope::ui
