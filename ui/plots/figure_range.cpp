#include "ui/plots/figure_range.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lorascope::ui {
namespace {

constexpr double kLowQuantile = 0.02;
constexpr double kHighQuantile = 0.98;
constexpr std::size_t kQuantileSamples = 100'000;

bool isWhole(const std::vector<double>& x, const Range& visible) {
  return x.empty() || (x.front() >= visible.low && x.back() <= visible.high);
}

/// First and one past the last index inside `visible`; all where x does not ascend.
std::pair<std::size_t, std::size_t> visiblePart(const std::vector<double>& x, const Range& visible) {
  if (isWhole(x, visible) || !std::is_sorted(x.begin(), x.end())) return {0, x.size()};
  const auto first = std::lower_bound(x.begin(), x.end(), visible.low);
  const auto last = std::upper_bound(first, x.end(), visible.high);
  return {static_cast<std::size_t>(first - x.begin()), static_cast<std::size_t>(last - x.begin())};
}

std::vector<double> part(const std::vector<double>& values, std::pair<std::size_t, std::size_t> bounds) {
  return {values.begin() + static_cast<std::ptrdiff_t>(bounds.first),
          values.begin() + static_cast<std::ptrdiff_t>(bounds.second)};
}

/// The figure without what lies outside `visible`.
figures::FigureData cut(const figures::FigureData& figure, const Range& visible) {
  figures::FigureData result;
  result.x = figure.x;
  result.y = figure.y;
  result.references = figure.references;
  for (const auto& line : figure.lines) {
    const auto bounds = visiblePart(line.x, visible);
    figures::Line piece;
    piece.x = part(line.x, bounds);
    piece.y = part(line.y, bounds);
    piece.shape = line.shape;
    result.lines.push_back(std::move(piece));
  }
  for (const auto& band : figure.bands) {
    const auto bounds = visiblePart(band.x, visible);
    result.bands.push_back({{}, part(band.x, bounds), part(band.low, bounds), part(band.high, bounds), {}});
  }
  return result;
}

Range withoutOutliers(const figures::FigureData& figure, const Range& visible) {
  std::size_t total = 0;
  for (const auto& line : figure.lines) total += line.y.size();
  const std::size_t stride = std::max<std::size_t>(1, total / kQuantileSamples);
  std::vector<double> values;
  for (const auto& line : figure.lines) {
    const auto [first, last] = visiblePart(line.x, visible);
    for (std::size_t i = first; i < last; i += stride) {
      if (figures::is_drawable(line.y[i], figure.y.log)) values.push_back(figure.y.log ? std::log10(line.y[i]) : line.y[i]);
    }
  }
  const Range range = figures::range_without_outliers(std::move(values), kLowQuantile, kHighQuantile);
  return figure.y.log ? Range{std::pow(10, range.low), std::pow(10, range.high)} : range;
}

}  // namespace

Range fullRangeX(const figures::FigureData& figure) {
  const Range range = figures::x_range(figure);
  const bool has_bars = std::any_of(figure.lines.begin(), figure.lines.end(),
                                    [](const auto& line) { return line.shape == figures::Shape::Bars; });
  return has_bars && figure.x.categories.empty() ? Range{range.low - 0.5, range.high + 0.5} : range;
}

Range fittingRangeY(const figures::FigureData& figure, const Range& visible, bool with_outliers) {
  if (!with_outliers && !figure.empty()) return withoutOutliers(figure, visible);
  const bool all = std::all_of(figure.lines.begin(), figure.lines.end(), [&](const auto& line) { return isWhole(line.x, visible); });
  return all ? figures::y_range(figure) : figures::y_range(cut(figure, visible));
}

std::optional<std::size_t> nearestPoint(const figures::Line& line, double x) {
  const auto at = static_cast<std::size_t>(std::lower_bound(line.x.begin(), line.x.end(), x) - line.x.begin());
  std::size_t right = at;
  while (right < line.y.size() && !std::isfinite(line.y[right])) ++right;
  std::size_t left = at;
  while (left > 0 && !std::isfinite(line.y[left - 1])) --left;
  const bool has_right = right < line.y.size();
  if (left == 0) return has_right ? std::optional(right) : std::nullopt;
  --left;
  if (!has_right) return left;
  return x - line.x[left] <= line.x[right] - x ? left : right;
}

}  // namespace lorascope::ui
