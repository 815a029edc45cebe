#pragma once

#include <cmath>

#include "core/figures/figure_data.h"

namespace lorascope::figures {

/// The ends of an axis, low < high, both finite; both above 0 on a log axis.
struct Range {
  double low = 0, high = 1;

  bool operator==(const Range&) const = default;
};

/// The ends that show everything the figure has on this axis (lines, bands, reference lines), with a little air on the
/// value axis; the axis' own minimum and maximum win. Bars start at 0, and so do values from 0 upwards that come near
/// it. An axis of counts has a whole number on it. Nothing drawable gives 0 to 1 (1 to 10 on a log axis); a constant gets
/// room around it.
Range x_range(const FigureData& figure);
Range y_range(const FigureData& figure);

/// Whether a value has a place on an axis: finite, and above 0 on a log axis. Asked for each of a million points.
inline bool is_drawable(double value, bool log) {
  return std::isfinite(value) && (!log || value > 0);
}

/// The range [low, high] of the values between two quantiles (0.02 and 0.98, say), with a fifth of its height as air:
/// for `outliers` off, where single spikes would flatten the rest. Values are copied, NaN and infinite ones left out.
Range range_without_outliers(std::vector<double> values, double low_quantile, double high_quantile);

/// Maps values of an axis to positions from 0 (low end) to 1 (high end); not clamped.
class AxisMap {
 public:
  AxisMap(Range range, bool log);

  double position(double value) const;
  double value(double position) const;

 private:
  bool log_;
  double low_;
  double span_;
};

}  // namespace lorascope::figures
