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
      if (figures::is_drawable(line.y[i], figure.y.log))
        values.push_back(figure.y.log ? std::log10(line.y[i]) : line.y[i]);
    }
  }
  const Range range = figures::range_without_outliers(std::move(values), kLowQuantile, kHighQuantile);
  return figure.y.log ? Range{std::pow(10, range.low), std::pow(10, range.high)} : range;
}

}  // namespace

void extendSummary(figures::FigureData& summary, std::size_t index, const figures::Line& line, std::size_t first) {
  figures::Line& two = summary.lines[index];
  for (std::size_t i = first; i < line.x.size(); ++i) {
    if (!figures::is_drawable(line.x[i], summary.x.log) || !figures::is_drawable(line.y[i], summary.y.log)) continue;
    if (two.x.empty()) {
      two.x.assign(2, line.x[i]);
      two.y.assign(2, line.y[i]);
      continue;
    }
    two.x[0] = std::min(two.x[0], line.x[i]);
    two.x[1] = std::max(two.x[1], line.x[i]);
    two.y[0] = std::min(two.y[0], line.y[i]);
    two.y[1] = std::max(two.y[1], line.y[i]);
  }
}

figures::FigureData summaryOf(const figures::FigureData& figure) {
  figures::FigureData summary;
  summary.x = figure.x;
  summary.y = figure.y;
  summary.references = figure.references;
  summary.bands = figure.bands;
  summary.lines.resize(figure.lines.size());
  for (std::size_t i = 0; i < figure.lines.size(); ++i) {
    summary.lines[i].shape = figure.lines[i].shape;
    summary.lines[i].style = figure.lines[i].style;
    extendSummary(summary, i, figure.lines[i], 0);
  }
  for (figures::Band& band : summary.bands) {
    figures::Line edges;
    edges.x = band.x;
    edges.y = band.low;
    figures::FigureData low_high;
    low_high.x = figure.x;
    low_high.y = figure.y;
    low_high.lines.resize(1);
    extendSummary(low_high, 0, edges, 0);
    edges.y = band.high;
    extendSummary(low_high, 0, edges, 0);
    band.x = low_high.lines[0].x;
    band.low = band.high = low_high.lines[0].y;
  }
  return summary;
}

Range fullRangeX(const figures::FigureData& figure) {
  const Range range = figures::x_range(figure);
  const bool has_bars = std::any_of(figure.lines.begin(), figure.lines.end(),
                                    [](const auto& line) { return line.shape == figures::Shape::Bars; });
  return has_bars && figure.x.categories.empty() ? Range{range.low - 0.5, range.high + 0.5} : range;
}

Range fittingRangeY(const figures::FigureData& figure, const Range& visible, bool with_outliers) {
  if (!with_outliers && !figure.empty()) return withoutOutliers(figure, visible);
  const bool all =
      std::all_of(figure.lines.begin(), figure.lines.end(), [&](const auto& line) { return isWhole(line.x, visible); });
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
