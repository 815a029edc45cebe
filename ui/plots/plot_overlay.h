#pragma once

#include <vector>

#include "ui/plots/plot_state.h"
#include "ui/plots/qcustomplot_header.h"

namespace lorascope::ui {

/// One row of the read-out at a crosshair.
struct ReadOut {
  std::size_t line = 0;
  QString name;
  QString value;
  QString raw;  ///< the unsmoothed value at the same place, where there is one
  double y = 0;
};

/// What lies above the data and is repainted on its own: step cursor, crosshair with the exact values of all lines, and
/// the zoom rectangle.
class PlotOverlay : public QCPLayerable {
  Q_OBJECT

 public:
  PlotOverlay(QCustomPlot* plot, const PlotState& state);

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override { painter->setAntialiasing(true); }
  void draw(QCPPainter* painter) override;

 private:
  void drawCursor(QCPPainter* painter, const QRectF& area) const;
  void drawCrosshair(QCPPainter* painter, const QRectF& area) const;
  void drawReadOut(QCPPainter* painter, const std::vector<ReadOut>& rows, std::size_t left_out, double x) const;

  const PlotState* state_;
};

/// The values of all named lines and seeds at their points nearest to x, greatest first; lines that do not reach x
/// within `tolerance` are left out. At most `max_rows`, those nearest to `focus_y` where there are more; `num_left_out`
/// counts the rest.
std::vector<ReadOut> readOuts(const figures::FigureData& figure, double x, double tolerance, double focus_y,
                              std::size_t max_rows, std::size_t& num_left_out);

/// "step 1,420", "0.35 h": the value on an axis in words.
QString axisValueText(const figures::Axis& axis, double value);

}  // namespace lorascope::ui
