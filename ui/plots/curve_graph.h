#pragma once

#include "ui/plots/qcustomplot_header.h"

namespace lorascope::ui {

/// How a graph is drawn where it has many points in each pixel column. Its data always keep every point.
enum class Thinning {
  Exact,  ///< QCustomPlot's adaptive sampling: every spike on its pixel row
  Means,  ///< through the means of the columns: right for a smoothed curve over its raw points, whose dashes stay
          ///< readable
  Lows,   ///< through the least values: the lower edge of a band
  Highs,  ///< through the greatest values: the upper edge of a band
};

/// A graph with a choice of thinning.
class CurveGraph : public QCPGraph {
  Q_OBJECT

 public:
  using QCPGraph::QCPGraph;

  void setThinning(Thinning thinning) { thinning_ = thinning; }
  /// More than two points a pixel in the range that is shown.
  bool isDense() const;

 protected:
  /// A little larger than the axes, so that dots on the edge are whole.
  QRect clipRect() const override;
  void getOptimizedLineData(QVector<QCPGraphData>* line_data, const QCPGraphDataContainer::const_iterator& begin,
                            const QCPGraphDataContainer::const_iterator& end) const override;

 private:
  bool isDense(const QCPGraphDataContainer::const_iterator& begin,
               const QCPGraphDataContainer::const_iterator& end) const;
  double thinned(const QCPGraphDataContainer::const_iterator& begin,
                 const QCPGraphDataContainer::const_iterator& end) const;

  Thinning thinning_ = Thinning::Exact;
};

}  // namespace lorascope::ui
