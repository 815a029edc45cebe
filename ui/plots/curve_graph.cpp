#include "ui/plots/curve_graph.h"

#include <algorithm>
#include <cmath>

namespace lorascope::ui {
namespace {

constexpr double kDense = 2.0;  ///< points a pixel
constexpr int kDotRadius = 4;

using Point = QCPGraphDataContainer::const_iterator;

}  // namespace

bool CurveGraph::isDense(const Point& begin, const Point& end) const {
  if (end - begin < 3) return false;
  const double pixels = std::abs(mKeyAxis->coordToPixel((end - 1)->key) - mKeyAxis->coordToPixel(begin->key));
  return static_cast<double>(end - begin) > kDense * std::max(1.0, pixels);
}

bool CurveGraph::isDense() const {
  const QCPRange range = mKeyAxis->range();
  return isDense(mDataContainer->findBegin(range.lower), mDataContainer->findEnd(range.upper));
}

QRect CurveGraph::clipRect() const {
  return QCPGraph::clipRect().adjusted(-kDotRadius, -kDotRadius, kDotRadius, kDotRadius);
}

/// One value for the points of a column, NaN where none is finite.
double CurveGraph::thinned(const Point& begin, const Point& end) const {
  double sum = 0, least = INFINITY, greatest = -INFINITY;
  int count = 0;
  for (Point at = begin; at != end; ++at) {
    if (std::isnan(at->value)) continue;
    sum += at->value;
    least = std::min(least, at->value);
    greatest = std::max(greatest, at->value);
    ++count;
  }
  if (count == 0) return std::nan("");
  if (thinning_ == Thinning::Lows) return least;
  return thinning_ == Thinning::Highs ? greatest : sum / count;
}

void CurveGraph::getOptimizedLineData(QVector<QCPGraphData>* line_data, const Point& begin, const Point& end) const {
  if (thinning_ == Thinning::Exact || !isDense(begin, end))
    return QCPGraph::getOptimizedLineData(line_data, begin, end);
  const double first_pixel = std::floor(mKeyAxis->coordToPixel(begin->key));
  Point at = begin;
  for (int column = 1; at != end; ++column) {
    const double right_edge = mKeyAxis->pixelToCoord(first_pixel + column);
    const Point next =
        std::lower_bound(at, end, right_edge, [](const QCPGraphData& point, double key) { return point.key < key; });
    if (next == at) continue;
    line_data->append(QCPGraphData((at->key + (next - 1)->key) / 2, thinned(at, next)));
    at = next;
  }
  // The ends are exact: the line begins and stops at its first and last point.
  if (!line_data->isEmpty()) line_data->first().key = begin->key;
  if (!std::isnan((end - 1)->value)) line_data->append(*(end - 1));
}

}  // namespace lorascope::ui
