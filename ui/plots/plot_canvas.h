#pragma once

#include <vector>

#include "ui/plots/figure_range.h"
#include "ui/plots/plot_state.h"
#include "ui/plots/qcustomplot_header.h"

namespace lorascope::ui {

class CurveGraph;
class PlotAnnotations;
class PlotOverlay;

/// Draws a PlotState with QCustomPlot. Takes no input of its own: PlotView does that.
///
/// Of a long line the graphs hold what its pixel columns need in the range in view, not a copy of every point. All lines
/// are fast polylines with adaptive sampling, and a line with many points a pixel that is no average is drawn 1 px wide
/// and solid: that keeps one million noisy points under 20 ms. Opacity is mixed into the colour beforehand,
/// so that a line does not darken where it crosses itself.
class PlotCanvas : public QCustomPlot {
  Q_OBJECT

 public:
  explicit PlotCanvas(PlotState& state, QWidget* parent);

  /// Builds bands, lines and bars of the figure anew. Ranges and colours are left alone.
  void rebuild();
  /// Draws the points of a line from index `first` on in addition to those before it; x ascends.
  void append(std::size_t line, std::size_t first);
  /// Fonts and colours of everything, by the state's theme, solo and highlight.
  void restyle();
  void setRanges(const Range& x, const Range& y);

  /// At least these margins left and right, so that several plots line up.
  void setLeastMargins(int left, int right);
  /// What this plot alone would need at its last repaint.
  int neededLeft() const { return needed_left_; }
  int neededRight() const { return needed_right_; }

  /// The part of the widget inside the axes.
  QRectF plotArea() const { return QRectF(axisRect()->rect()); }
  /// Repaints crosshair, cursor and zoom rectangle only.
  void repaintOverlay();

  /// The annotations, for tests.
  const PlotAnnotations* annotations() const { return annotations_; }
  /// For tests: what is drawn of line `index`; nullptr for bars.
  const QCPGraph* graphOf(std::size_t index) const;

 Q_SIGNALS:
  void neededMarginsChanged();

 private:
  QCPAbstractPlottable* makeLine(const figures::Line& line, bool whole);
  QCPAbstractPlottable* makeBars(const figures::Line& line);
  void makeBand(const figures::Band& band);
  void styleLine(std::size_t index);
  bool hasRawTwin(const figures::Line& line) const;
  void styleBands();
  void styleAxes();
  void layOut();
  bool isSampled(std::size_t index) const;
  bool isAverage(const figures::Line& line) const;
  void sampleLine(std::size_t index);
  int leftMargin(int max_ticks) const;
  QVector<QCPGraphData> points(const figures::Line& line, std::size_t first) const;

  PlotState* state_;
  PlotAnnotations* annotations_;
  PlotOverlay* overlay_;
  QCPBarsGroup* bars_group_;
  int least_left_ = 0;
  int least_right_ = 0;
  int needed_left_ = 0;
  int needed_right_ = 0;
  /// What the graph of a long line holds: the part of the line that was in view.
  struct Sample {
    double low = 0, high = 0;
    int columns = 0;
    std::size_t size = 0;  ///< of the line
    bool means = false;
    bool operator==(const Sample&) const = default;
  };
  std::vector<QCPAbstractPlottable*> plottables_;             ///< one a line
  std::vector<bool> ascends_;                                 ///< x of each line: only then can it be sampled
  std::vector<Sample> samples_;                               ///< one a line
  std::vector<std::pair<QCPGraph*, QCPGraph*>> band_graphs_;  ///< low and high of each band
};

}  // namespace lorascope::ui
