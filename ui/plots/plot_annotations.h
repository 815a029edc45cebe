#pragma once

#include <vector>

#include "ui/plots/plot_state.h"
#include "ui/plots/qcustomplot_header.h"

namespace lorascope::ui {

/// Reference lines with their labels, and the names of the lines: beside their ends where all fit, else as a legend on
/// the freest spot inside the axes. The names of bars stand above the plot.
class PlotAnnotations : public QCPLayerable {
  Q_OBJECT

 public:
  PlotAnnotations(QCustomPlot* plot, const PlotState& state);

  /// Measures the names for a plot of this size; returns the right margin that they need, in pixels.
  int prepare(const QSize& size);

  /// What is written and where, for tests: rectangles do not overlap.
  struct Label {
    QString text;
    QRectF box;
    std::size_t line = 0;
  };
  const std::vector<Label>& labels() const { return labels_; }
  bool isLegend() const { return legend_; }

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override { painter->setAntialiasing(true); }
  void draw(QCPPainter* painter) override;

 private:
  QString nameOf(std::size_t line) const;
  std::optional<QPointF> endOf(std::size_t line) const;
  bool endsEarly(std::size_t line, double label_width, double plot_width) const;
  void placeAtEnds();
  bool placeInside(std::size_t line, const QPointF& end, const std::vector<QPointF>& points);
  void placeLegend(const QRectF& area);
  void placeBarLegend(const QRectF& area);
  void drawLegendSwatch(QCPPainter* painter, const Label& label, const QColor& colour) const;
  std::vector<QPointF> sampledPoints() const;
  void drawReference(QCPPainter* painter, const figures::ReferenceLine& reference, const QRectF& area) const;

  const PlotState* state_;
  std::vector<std::size_t> named_;  ///< lines whose names are shown
  std::vector<Label> labels_;
  std::vector<bool> early_;  ///< for each of named_: it ends well inside the plot, its name stands there
  bool legend_ = false;
  bool bars_ = false;
};

}  // namespace lorascope::ui
