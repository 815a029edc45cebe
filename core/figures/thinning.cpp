#include "core/figures/thinning.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace lorascope::figures {
namespace {

// The points of one column, reduced while they come in.
class Column {
 public:
  bool empty() const { return count_ == 0; }

  void add(Point point) {
    const std::size_t order = count_++;
    if (order == 0) {
      first_ = lowest_ = highest_ = {point, 0};
    } else {
      if (point.y > lowest_.point.y) lowest_ = {point, order};
      if (point.y < highest_.point.y) highest_ = {point, order};
    }
    last_ = {point, order};
  }

  void flush_into(std::vector<Point>& line) {
    if (count_ == 0) return;
    std::array<Entry, 4> entries = {first_, lowest_, highest_, last_};
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.order < b.order; });
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i == 0 || entries[i].order != entries[i - 1].order) line.push_back(entries[i].point);
    }
    count_ = 0;
  }

 private:
  struct Entry {
    Point point;
    std::size_t order = 0;
  };

  std::size_t count_ = 0;
  Entry first_, lowest_, highest_, last_;
};

}  // namespace

std::vector<std::vector<Point>> thin_for_drawing(std::span<const double> x, std::span<const double> y,
                                                 const PlotArea& area, std::size_t num_columns) {
  const double columns_per_unit = static_cast<double>(num_columns) / (area.right - area.left);
  const std::size_t num_points = std::min(x.size(), y.size());
  std::vector<std::vector<Point>> lines;
  std::vector<Point> line;
  Column column;
  double current = 0;
  for (std::size_t i = 0; i < num_points; ++i) {
    if (!is_drawable(x[i], area.log_x) || !is_drawable(y[i], area.log_y)) {
      column.flush_into(line);
      if (!line.empty()) lines.push_back(std::exchange(line, {}));
      continue;
    }
    const Point point = area.place(x[i], y[i]);
    const double index = std::floor((point.x - area.left) * columns_per_unit);
    if (!column.empty() && index != current) column.flush_into(line);
    current = index;
    column.add(point);
  }
  column.flush_into(line);
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace lorascope::figures
