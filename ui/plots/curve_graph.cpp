#include "ui/plots/curve_graph.h"

#include <cmath>

namespace lorascope::ui {
namespace {

constexpr double kDense = 2.0;
constexpr int kDotRadius = 4;

double pixelsBetween(const QCPAxis* axis, double from, double to) {
  return std::abs(axis->coordToPixel(to) - axis->coordToPixel(from));
}

}  // namespace

bool CurveGraph::isDense() const {
  const QCPRange range = mKeyAxis->range();
  const auto begin = mDataContainer->findBegin(range.lower);
  const auto end = mDataContainer->findEnd(range.upper);
  if (end - begin < 3) return false;
  return static_cast<double>(end - begin) > kDense * std::max(1.0, pixelsBetween(mKeyAxis, begin->key, (end - 1)->key));
}

QRect CurveGraph::clipRect() const {
  return QCPGraph::clipRect().adjusted(-kDotRadius, -kDotRadius, kDotRadius, kDotRadius);
}

void CurveGraph::getOptimizedLineData(QVector<QCPGraphData>* line_data,
                                      const QCPGraphDataContainer::const_iterator& begin,
                                      const QCPGraphDataContainer::const_iterator& end) const {
  const bool dense = end - begin > 2 && static_cast<double>(end - begin) >
                                            kDense * pixelsBetween(mKeyAxis, begin->key, (end - 1)->key);
  if (!column_means_ || !dense) return QCPGraph::getOptimizedLineData(line_data, begin, end);
  double column = std::floor(mKeyAxis->coordToPixel(begin->key));
  double key_sum = 0, value_sum = 0;
  int count = 0;
  const auto finish = [&] {
    if (count > 0) line_data->append(QCPGraphData(key_sum / count, value_sum / count));
    key_sum = value_sum = 0;
    count = 0;
  };
  for (auto at = begin; at != end; ++at) {
    const double here = std::floor(mKeyAxis->coordToPixel(at->key));
    if (here != column) {
      finish();
      column = here;
    }
    if (std::isnan(at->value)) continue;
    key_sum += at->key;
    value_sum += at->value;
    ++count;
  }
  finish();
  // The ends are exact: the line begins and stops at its first and last point.
  if (!line_data->isEmpty() && !std::isnan((end - 1)->value)) line_data->append(*(end - 1));
}

}  // namespace lorascope::ui
