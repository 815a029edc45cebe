// Mouse and keyboard of PlotView.

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/plots/plot_canvas.h"
#include "ui/plots/plot_state.h"
#include "ui/plots/plot_view.h"

namespace lorascope::ui {
namespace {

constexpr double kDragStart = 4;  ///< px before a press becomes a drag
constexpr double kFlatDrag = 16;  ///< a drag less high than this zooms in x only
constexpr double kZoomOfOneNotch = 1.25;

}  // namespace

bool PlotView::event(QEvent* event) {
  // The window's shortcuts may use the same letters; in a plot they are the plot's.
  if (event->type() == QEvent::ShortcutOverride) {
    auto* key = static_cast<QKeyEvent*>(event);
    switch (key->key()) {
      case Qt::Key_L:
      case Qt::Key_X:
      case Qt::Key_S:
        if (key->modifiers() != Qt::NoModifier) break;
        [[fallthrough]];
      case Qt::Key_Escape:
      case Qt::Key_Home:
      case Qt::Key_Left:
      case Qt::Key_Right:
        event->accept();
        return true;
      default:
        break;
    }
  }
  return QWidget::event(event);
}

void PlotView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton) return QWidget::mousePressEvent(event);
  press_ = event->position();
  dragging_ = false;
  moving_ = event->button() == Qt::MiddleButton || event->modifiers().testFlag(Qt::ShiftModifier);
}

void PlotView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF position = event->position();
  if (!press_) return updateCrosshair(position);
  const QPointF delta = position - *press_;
  if (!dragging_ && std::hypot(delta.x(), delta.y()) < kDragStart) return;
  dragging_ = true;
  state_->crosshair.reset();
  if (moving_) {
    moveView(delta);
    press_ = position;
    return;
  }
  const QRectF area = canvas_->plotArea();
  QRectF rectangle = QRectF(*press_, position).normalized();
  if (std::abs(position.y() - press_->y()) < kFlatDrag) {
    rectangle.setTop(area.top());
    rectangle.setBottom(area.bottom());
  }
  state_->zoom_rectangle = rectangle.intersected(area);
  canvas_->repaintOverlay();
}

void PlotView::mouseReleaseEvent(QMouseEvent* event) {
  if (!press_) return QWidget::mouseReleaseEvent(event);
  const bool was_drag = dragging_;
  const bool was_moving = moving_;
  if (was_drag && !was_moving) finishZoom(event->position());
  press_.reset();
  dragging_ = moving_ = false;
  state_->zoom_rectangle.reset();
  canvas_->repaintOverlay();
  if (was_drag || was_moving || event->button() != Qt::LeftButton) return;
  cursor_before_click_ = state_->cursor;
  if (hovered_line_ && state_->figure.lines[*hovered_line_].run_id != 0) {
    Q_EMIT runActivated(state_->figure.lines[*hovered_line_].run_id);
  }
  if (!canvas_->plotArea().contains(event->position())) return;
  if (const auto x = nearestX(xAt(event->position().x()))) Q_EMIT cursorMoved(*x);
}

void PlotView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  press_.reset();
  // The first click of the two was not meant for the step cursor.
  if (cursor_before_click_) Q_EMIT cursorMoved(*cursor_before_click_);
  const auto line = lineAt(event->position());
  if (line && state_->solo != line) {
    setSolo(line);
  } else {
    showAll();
  }
}

void PlotView::finishZoom(const QPointF& end) {
  if (!state_->zoom_rectangle || state_->zoom_rectangle->width() < kDragStart) return;
  const QRectF rectangle = *state_->zoom_rectangle;
  const Range x{xAt(rectangle.left()), xAt(rectangle.right())};
  if (std::abs(end.y() - press_->y()) < kFlatDrag) return zoomTo(x);
  zoomTo(x, Range{canvas_->yAxis->pixelToCoord(rectangle.bottom()), canvas_->yAxis->pixelToCoord(rectangle.top())});
}

void PlotView::wheelEvent(QWheelEvent* event) {
  const double notches = event->angleDelta().y() / 120.0;
  if (notches == 0) return QWidget::wheelEvent(event);
  const bool on_y_axis = event->position().x() < canvas_->plotArea().left();
  zoomAround(std::pow(kZoomOfOneNotch, -notches), event->position(),
             on_y_axis || event->modifiers().testFlag(Qt::ControlModifier));
  event->accept();
}

void PlotView::zoomAround(double factor, const QPointF& position, bool vertical) {
  const QRectF area = canvas_->plotArea();
  const bool log = vertical ? state_->figure.y.log : state_->figure.x.log;
  const figures::AxisMap map(vertical ? rangeY() : rangeX(), log);
  const double at =
      vertical ? (area.bottom() - position.y()) / area.height() : (position.x() - area.left()) / area.width();
  const Range range{map.value(at - at * factor), map.value(at + (1 - at) * factor)};
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  if (!std::isfinite(range.low) || !std::isfinite(range.high) || range.high - range.low < size * 1e-9) return;
  if (vertical) return zoomTo(rangeX(), range);
  // Zooming out stops at the whole.
  const Range whole = wholeX();
  const Range kept{std::max(range.low, whole.low), std::min(range.high, whole.high)};
  if (kept == whole && !zoom_y_) return showAll();
  zoomTo(kept);
}

void PlotView::moveView(const QPointF& delta) {
  const QRectF area = canvas_->plotArea();
  const figures::AxisMap x(rangeX(), state_->figure.x.log);
  const figures::AxisMap y(rangeY(), state_->figure.y.log);
  const double dx = -delta.x() / area.width();
  const double dy = delta.y() / area.height();
  zoomTo({x.value(dx), x.value(1 + dx)}, Range{y.value(dy), y.value(1 + dy)});
}

void PlotView::updateCrosshair(const QPointF& position) {
  const bool inside = canvas_->plotArea().contains(position);
  state_->pointer = position;
  state_->crosshair = inside ? nearestX(xAt(position.x())) : std::nullopt;
  canvas_->repaintOverlay();
  setHoveredLine(inside ? lineAt(position) : std::nullopt);
}

void PlotView::setHoveredLine(std::optional<std::size_t> line) {
  if (line == hovered_line_) return;
  const auto run_of = [&](const std::optional<std::size_t>& index) {
    return index ? state_->figure.lines[*index].run_id : std::int64_t{0};
  };
  const std::int64_t before = run_of(hovered_line_);
  hovered_line_ = line;
  if (run_of(line) != before) Q_EMIT runHovered(run_of(line));
}

std::optional<double> PlotView::nearestX(double x) const {
  std::optional<double> best;
  for (const auto& line : state_->figure.lines) {
    const auto at = nearestPoint(line, x);
    if (at && (!best || std::abs(line.x[*at] - x) < std::abs(*best - x))) best = line.x[*at];
  }
  return best;
}

void PlotView::stepCursor(int direction) {
  const double from = state_->cursor.value_or(direction > 0 ? rangeX().low : rangeX().high);
  std::optional<double> best;
  for (const auto& line : state_->figure.lines) {
    const auto& x = line.x;
    if (direction > 0) {
      const auto at = std::upper_bound(x.begin(), x.end(), from);
      if (at != x.end() && (!best || *at < *best)) best = *at;
    } else {
      const auto at = std::lower_bound(x.begin(), x.end(), from);
      if (at != x.begin() && (!best || *std::prev(at) > *best)) best = *std::prev(at);
    }
  }
  if (best) Q_EMIT cursorMoved(*best);
}

void PlotView::leaveEvent(QEvent*) {
  state_->crosshair.reset();
  canvas_->repaintOverlay();
  setHoveredLine(std::nullopt);
}

void PlotView::keyPressEvent(QKeyEvent* event) {
  const QPointF centre = canvas_->plotArea().center();
  const bool with_control = event->modifiers().testFlag(Qt::ControlModifier);
  const double step = canvas_->plotArea().width() / 10;
  switch (event->key()) {
    case Qt::Key_Escape:
    case Qt::Key_Home:
      return showAll();
    case Qt::Key_L:
      return setLogAxes(state_->figure.x.log, !state_->figure.y.log);
    case Qt::Key_X:
      return setLogAxes(!state_->figure.x.log, state_->figure.y.log);
    case Qt::Key_S:
      Q_EMIT smoothingRequested();
      return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomAround(1 / kZoomOfOneNotch, centre, false);
    case Qt::Key_Minus:
      return zoomAround(kZoomOfOneNotch, centre, false);
    case Qt::Key_Left:
      return with_control ? moveView({step, 0}) : stepCursor(-1);
    case Qt::Key_Right:
      return with_control ? moveView({-step, 0}) : stepCursor(1);
    default:
      QWidget::keyPressEvent(event);
  }
}

void PlotView::focusInEvent(QFocusEvent* event) {
  QWidget::focusInEvent(event);
  shows_focus_ = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason ||
                 event->reason() == Qt::ShortcutFocusReason;
  update();
}

void PlotView::focusOutEvent(QFocusEvent* event) {
  QWidget::focusOutEvent(event);
  shows_focus_ = false;
  update();
}

}  // namespace lorascope::ui
