#include "ui/plots/line_sample.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/figures/axis_range.h"

namespace lorascope::ui {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// The points of one column: indices of the extremes, and the mean.
struct Column {
  std::size_t lowest, highest, count = 0;
  double sum = 0;
};

Column columnOf(const LinePiece& line, std::size_t first, std::size_t last) {
  Column column{first, first};
  for (std::size_t i = first; i < last; ++i) {
    const double y = line.y[i];
    if (!figures::is_drawable(y, line.log_y)) continue;
    if (column.count == 0 || y < line.y[column.lowest]) column.lowest = i;
    if (column.count == 0 || y > line.y[column.highest]) column.highest = i;
    column.sum += y;
    ++column.count;
  }
  return column;
}

}  // namespace

QVector<QCPGraphData> sampleOf(const LinePiece& line, const std::vector<double>& edges, bool means) {
  QVector<QCPGraphData> points;
  if (line.size == 0) return points;
  const auto point = [&](std::size_t i) {
    return QCPGraphData(line.x[i], figures::is_drawable(line.y[i], line.log_y) ? line.y[i] : kNoValue);
  };
  points.reserve(static_cast<qsizetype>(std::min(line.size, 2 * edges.size())) + 2);
  points.append(point(0));
  std::size_t first = 0;
  for (std::size_t edge = 0; edge <= edges.size() && first < line.size; ++edge) {
    const std::size_t last =
        edge == edges.size()
            ? line.size
            : static_cast<std::size_t>(std::lower_bound(line.x + first, line.x + line.size, edges[edge]) - line.x);
    if (last == first) continue;
    const Column column = columnOf(line, first, last);
    if (column.count == 0) {
      points.append(QCPGraphData(line.x[first], kNoValue));
    } else if (means) {
      points.append(
          QCPGraphData((line.x[first] + line.x[last - 1]) / 2, column.sum / static_cast<double>(column.count)));
    } else {
      const auto [early, late] = std::minmax(column.lowest, column.highest);
      points.append(point(early));
      if (late != early) points.append(point(late));
    }
    first = last;
  }
  points.append(point(line.size - 1));
  return points;
}

}  // namespace lorascope::ui
