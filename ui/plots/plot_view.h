#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "core/figures/figure_data.h"
#include "ui/plots/figure_range.h"

namespace lorascope::ui {

class PlotCanvas;
struct PlotState;

/// Draws a FigureData: the only plot widget of the program (WORKBENCH.md 9.1 and 10).
///
/// Mouse: hover reads out all lines, a click sets the step cursor, dragging across zooms (mostly sideways: x only),
/// Shift-drag moves, the wheel zooms at the pointer (on the left of the axis: y), a double-click on a curve shows it
/// alone, elsewhere shows everything. Keys: Esc or Home everything, L and X logarithmic axes, S smoothing, arrows the
/// step cursor (with Ctrl: move the view), + and - zoom.
class PlotView : public QWidget {
  Q_OBJECT

 public:
  explicit PlotView(QWidget* parent = nullptr);
  ~PlotView() override;

  /// Shows another figure. The zoom stays while the x axis keeps its label and scale.
  void setFigure(figures::FigureData figure);
  const figures::FigureData& figure() const;

  /// Adds points to a line of the figure: x ascends and lies behind the line's last. Draws with the next repaint.
  void appendPoints(std::size_t line, const std::vector<double>& x, const std::vector<double>& y);

  /// Switches the axes of the figure shown; emits axesChanged when something changed.
  void setLogAxes(bool x, bool y);
  void setOutliersShown(bool shown);
  /// Line labels carry the last value: "FT 43.2".
  void setValuesAtEnds(bool shown);
  /// The step cursor in x of this figure; nothing hides it. `label` stands above it.
  void setCursor(std::optional<double> x, const QString& label = {});
  /// Lights up the line of a run; 0 = none.
  void setHighlightedRun(std::int64_t run_id);
  /// Shows one line in full colour; nothing: all.
  void setSolo(std::optional<std::size_t> line);
  std::optional<std::size_t> solo() const;

  /// What is in view. A zoom without y fits the values inside it.
  Range rangeX() const;
  Range rangeY() const;
  void zoomTo(const Range& x, std::optional<Range> y = {});
  void showAll();
  /// The x range of this figure alone.
  Range fullRangeX() const { return ui::fullRangeX(summary_); }
  /// Unzoomed, the x axis reaches at least this far: plots above one another then agree on x.
  void setLeastRangeX(std::optional<Range> range);
  bool isZoomed() const { return zoom_x_ || zoom_y_; }

  /// Gives plots that stand above one another the same left and right margin, now and after every change.
  static void alignSideways(const std::vector<PlotView*>& views);

  /// The plot as it is on screen, without crosshair and cursor.
  QImage image(double scale = 2) const;
  /// The line nearest to a position in pixels, at most 8 px away.
  std::optional<std::size_t> lineAt(const QPointF& position) const;
  QPointF toPixels(double x, double y) const;
  double xAt(double pixel) const;

  /// For tests of what is drawn.
  PlotCanvas* canvas() const { return canvas_; }

  QSize sizeHint() const override { return {640, 300}; }
  QSize minimumSizeHint() const override { return {240, 140}; }

 Q_SIGNALS:
  void figureChanged();
  void axesChanged(bool log_x, bool log_y);
  /// The user set the step cursor; nothing in x means "the newest".
  void cursorMoved(double x);
  /// The pointer came upon the line of a run, or left it (0).
  void runHovered(qint64 run_id);
  void runActivated(qint64 run_id);
  void smoothingRequested();
  void zoomChanged();

 protected:
  bool event(QEvent* event) override;
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  void applyRanges();
  void replotSoon();
  void takeTheme();
  void zoomAround(double factor, const QPointF& position, bool vertical);
  void moveView(const QPointF& delta);
  void finishZoom(const QPointF& end);
  void updateCrosshair(const QPointF& position);
  void setHoveredLine(std::optional<std::size_t> line);
  std::optional<double> nearestX(double x) const;
  void stepCursor(int direction);
  Range wholeX() const;

  std::unique_ptr<PlotState> state_;
  PlotCanvas* canvas_;
  figures::FigureData summary_;  ///< of the figure: ranges without a look at every point
  std::optional<Range> least_x_;
  std::optional<Range> zoom_x_;
  std::optional<Range> zoom_y_;
  bool with_outliers_ = true;
  std::optional<std::size_t> hovered_line_;
  std::optional<QPointF> press_;
  bool dragging_ = false;
  bool moving_ = false;
  bool shows_focus_ = false;  ///< a frame while the focus came by keyboard
  std::optional<double> cursor_before_click_;
};

}  // namespace lorascope::ui
