#include "core/figures/axis_range.h"

#include <algorithm>
#include <cmath>

namespace lorascope::figures {
namespace {

// Beyond this, differences of two values overflow.
constexpr double kLargest = 1e300;
constexpr double kSmallestPositive = 1e-300;

struct Extent {
  bool log;
  double low = INFINITY, high = -INFINITY;

  void add(double value) {
    if (is_drawable(value, log)) add_drawable(value);
  }
  void add_drawable(double value) {
    value = std::clamp(value, log ? kSmallestPositive : -kLargest, kLargest);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

bool inside(double value, const Axis& axis) {
  return value >= axis.minimum.value_or(-INFINITY) && value <= axis.maximum.value_or(INFINITY);
}

// Points without a place on the other axis do not stretch this one, nor do those beyond its fixed ends.
void add_points(Extent& extent, const std::vector<double>& x, const std::vector<double>& y, const FigureData& figure,
                bool vertical) {
  const std::size_t num_points = std::min(x.size(), y.size());
  for (std::size_t i = 0; i < num_points; ++i) {
    if (!is_drawable(x[i], figure.x.log) || !is_drawable(y[i], figure.y.log)) continue;
    if (vertical ? inside(x[i], figure.x) : inside(y[i], figure.y)) extent.add_drawable(vertical ? y[i] : x[i]);
  }
}

Extent data_extent(const FigureData& figure, bool vertical) {
  Extent extent{vertical ? figure.y.log : figure.x.log};
  for (const Line& line : figure.lines) add_points(extent, line.x, line.y, figure, vertical);
  for (const Band& band : figure.bands) {
    add_points(extent, band.x, band.low, figure, vertical);
    add_points(extent, band.x, band.high, figure, vertical);
  }
  if (extent.empty()) return extent;
  for (const ReferenceLine& reference : figure.references) {
    if (reference.vertical != vertical) extent.add(reference.value);
  }
  return extent;
}

bool has_bars(const FigureData& figure) {
  return std::any_of(figure.lines.begin(), figure.lines.end(), [](const Line& l) { return l.shape == Shape::Bars; });
}

// A range that is too narrow to be divided is widened around its value.
Range widened(Range range, bool log) {
  if (log) {
    if (range.high > range.low * (1 + 1e-9)) return range;
    return {std::max(range.low / 2, kSmallestPositive), std::min(range.high * 2, kLargest)};
  }
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  if (range.high - range.low > std::max(size * 1e-9, kSmallestPositive)) return range;
  const double room = size > kSmallestPositive ? size * 0.1 : 1.0;
  return {range.low - room, range.high + room};
}

Range with_air(Range range, bool log, double share) {
  if (log) {
    const double factor = std::exp(std::log(range.high / range.low) * share);
    return {std::max(range.low / factor, kSmallestPositive), std::min(range.high * factor, kLargest)};
  }
  const double air = (range.high - range.low) * share;
  return {range.low - air, range.high + air};
}

// Counts that lie close together still show which number they are at.
Range reaching_whole_numbers(Range range, bool never_negative) {
  if (range.high - range.low < 1) range = {std::floor(range.low), std::ceil(range.high)};
  if (never_negative) range.low = std::max(range.low, 0.0);
  return range;
}

Range with_fixed_ends(Range range, const Axis& axis) {
  const Range found = range;
  if (axis.minimum && is_drawable(*axis.minimum, axis.log)) range.low = *axis.minimum;
  if (axis.maximum && is_drawable(*axis.maximum, axis.log)) range.high = *axis.maximum;
  return range.low < range.high ? range : found;
}

}  // namespace

Range x_range(const FigureData& figure) {
  if (!figure.x.categories.empty()) return {-0.5, static_cast<double>(figure.x.categories.size()) - 0.5};
  const Extent extent = data_extent(figure, false);
  if (extent.empty()) return with_fixed_ends(figure.x.log ? Range{1, 10} : Range{0, 1}, figure.x);
  Range range = widened({extent.low, extent.high}, figure.x.log);
  // Training starts at 0, whether or not it has a point there; and a single step must not start the axis below 0.
  const bool from_zero = extent.low >= 0 && (range.low < 0 || extent.low <= 0.25 * extent.high);
  if (!figure.x.log && from_zero) range.low = 0;
  return with_fixed_ends(range, figure.x);
}

Range y_range(const FigureData& figure) {
  const Extent extent = data_extent(figure, true);
  if (extent.empty()) return with_fixed_ends(figure.y.log ? Range{1, 10} : Range{0, 1}, figure.y);
  if (figure.y.log) {
    return with_fixed_ends(with_air(widened({extent.low, extent.high}, true), true, 0.04), figure.y);
  }
  const bool bars = has_bars(figure);
  bool from_zero = extent.low >= 0 && (bars || extent.low <= 0.4 * extent.high);
  const bool to_zero = bars && extent.high <= 0;
  Range range{from_zero ? 0 : extent.low, to_zero ? 0 : extent.high};
  if (bars) range = {std::min(range.low, 0.0), std::max(range.high, 0.0)};
  range = widened(range, false);
  if (figure.y.whole_numbers) range = reaching_whole_numbers(range, extent.low >= 0);
  from_zero = from_zero || (figure.y.whole_numbers && range.low == 0);
  const Range airy = with_air(range, false, 0.04);
  return with_fixed_ends({from_zero ? range.low : airy.low, to_zero ? range.high : airy.high}, figure.y);
}

Range range_without_outliers(std::vector<double> values, double low_quantile, double high_quantile) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return {0, 1};
  const auto at = [&values](double quantile) {
    const auto index = static_cast<std::ptrdiff_t>(std::lround(quantile * static_cast<double>(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + index, values.end());
    return std::clamp(values[static_cast<std::size_t>(index)], -kLargest, kLargest);
  };
  const Range range = widened({at(low_quantile), at(high_quantile)}, false);
  const Range airy = with_air(range, false, 0.2);
  return {range.low >= 0 && airy.low < 0 ? 0 : airy.low, airy.high};
}

AxisMap::AxisMap(Range range, bool log)
    : log_(log),
      low_(log ? std::log10(range.low) : range.low),
      span_((log ? std::log10(range.high) : range.high) - low_) {}

double AxisMap::position(double value) const {
  return ((log_ ? std::log10(value) : value) - low_) / span_;
}

double AxisMap::value(double position) const {
  const double value = low_ + position * span_;
  return log_ ? std::pow(10, value) : value;
}

}  // namespace lorascope::figures
