#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/figures/axis_range.h"

namespace lorascope::figures {

struct Point {
  double x = 0, y = 0;

  bool operator==(const Point&) const = default;
};

/// Where a plot's axes lie on the page: positions 0 and 1 of each axis in page units.
struct PlotArea {
  AxisMap x_map, y_map;
  double left = 0, right = 1, bottom = 1, top = 0;
  bool log_x = false, log_y = false;

  Point place(double x, double y) const {
    return {left + x_map.position(x) * (right - left), bottom + y_map.position(y) * (top - bottom)};
  }
};

/// The polylines that draw the points (x, y) as they would look if all of them were drawn: of the points that fall one
/// after another into one of `num_columns` columns between left and right, the first, lowest, highest and last stay.
/// A line is broken where a value has no place on its axis.
std::vector<std::vector<Point>> thin_for_drawing(std::span<const double> x, std::span<const double> y,
                                                 const PlotArea& area, std::size_t num_columns);

}  // namespace lorascope::figures
