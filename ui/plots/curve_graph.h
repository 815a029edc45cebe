#pragma once

#include "ui/plots/qcustomplot_header.h"

namespace lorascope::ui {

/// A graph that keeps its dashes readable where points are dense. The noise of a line with many points in each pixel
/// column eats up the dash pattern; such a line is drawn through the means of its columns when setColumnMeans is on,
/// which is right for a smoothed curve whose raw points are drawn under it. The data always keep every point.
class CurveGraph : public QCPGraph {
  Q_OBJECT

 public:
  using QCPGraph::QCPGraph;

  void setColumnMeans(bool on) { column_means_ = on; }
  /// More than two points a pixel in the range that is shown.
  bool isDense() const;

 protected:
  /// A little larger than the axes, so that dots on the edge are whole.
  QRect clipRect() const override;
  void getOptimizedLineData(QVector<QCPGraphData>* line_data, const QCPGraphDataContainer::const_iterator& begin,
                            const QCPGraphDataContainer::const_iterator& end) const override;

 private:
  bool column_means_ = false;
};

}  // namespace lorascope::ui
