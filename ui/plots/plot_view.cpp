#include "ui/plots/plot_view.h"

#include <QAccessible>
#include <QEvent>
#include <QPainter>
#include <QPointer>
#include <QResizeEvent>
#include <algorithm>
#include <cmath>

#include "ui/plots/plot_accessible.h"
#include "ui/plots/plot_canvas.h"
#include "ui/plots/plot_colours.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr double kCatchDistance = 8;  ///< px from a curve within which it counts as meant

double distanceToSegment(const QPointF& p, const QPointF& a, const QPointF& b) {
  const QPointF along = b - a;
  const double length_squared = QPointF::dotProduct(along, along);
  const double share =
      length_squared > 0 ? std::clamp(QPointF::dotProduct(p - a, along) / length_squared, 0.0, 1.0) : 0;
  const QPointF gap = p - (a + share * along);
  return std::hypot(gap.x(), gap.y());
}

}  // namespace

PlotView::PlotView(QWidget* parent) : QWidget(parent), state_(std::make_unique<PlotState>()) {
  installPlotAccessibility();
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(QStringLiteral("Plot"));
  setMouseTracking(true);
  canvas_ = new PlotCanvas(*state_, this);
  takeTheme();
  canvas_->rebuild();
  applyRanges();
}

PlotView::~PlotView() = default;

void PlotView::setFigure(figures::FigureData figure) {
  const figures::FigureData& old = state_->figure;
  const bool same_x =
      old.x.label == figure.x.label && old.x.log == figure.x.log && old.x.categories == figure.x.categories;
  const bool same_y = old.y.label == figure.y.label && old.y.log == figure.y.log;
  if (!same_x) zoom_x_.reset();
  if (!same_x || !same_y) zoom_y_.reset();
  if (state_->solo) {
    const std::string name = old.lines[*state_->solo].name;
    const auto at =
        std::find_if(figure.lines.begin(), figure.lines.end(), [&](const auto& line) { return line.name == name; });
    state_->solo =
        at == figure.lines.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - figure.lines.begin()));
  }
  hovered_line_.reset();
  state_->figure = std::move(figure);
  summary_ = summaryOf(state_->figure);
  const std::string& title = state_->figure.title;
  setAccessibleName(title.empty() ? QStringLiteral("Plot") : QString::fromStdString(title));
  canvas_->rebuild();
  applyRanges();
  replotSoon();
  Q_EMIT figureChanged();
}

const figures::FigureData& PlotView::figure() const {
  return state_->figure;
}

void PlotView::appendPoints(std::size_t line, const std::vector<double>& x, const std::vector<double>& y) {
  figures::Line& target = state_->figure.lines.at(line);
  const std::size_t first = target.x.size();
  target.x.insert(target.x.end(), x.begin(), x.end());
  target.y.insert(target.y.end(), y.begin(), y.end());
  extendSummary(summary_, line, target, first);
  canvas_->append(line, first);
  applyRanges();
  replotSoon();
}

void PlotView::setLogAxes(bool x, bool y) {
  figures::FigureData& figure = state_->figure;
  if (figure.x.log == x && figure.y.log == y) return;
  if (figure.x.log != x) zoom_x_.reset();
  if (figure.y.log != y) zoom_y_.reset();
  figure.x.log = x;
  figure.y.log = y;
  summary_ = summaryOf(figure);
  canvas_->rebuild();
  applyRanges();
  replotSoon();
  Q_EMIT axesChanged(x, y);
}

void PlotView::setOutliersShown(bool shown) {
  with_outliers_ = shown;
  applyRanges();
  replotSoon();
}

void PlotView::setValuesAtEnds(bool shown) {
  state_->values_at_ends = shown;
  replotSoon();
}

void PlotView::setCursor(std::optional<double> x, const QString& label) {
  if (state_->cursor == x && state_->cursor_label == label) return;
  state_->cursor = x;
  state_->cursor_label = label;
  canvas_->repaintOverlay();
}

void PlotView::setHighlightedRun(std::int64_t run_id) {
  const auto& lines = state_->figure.lines;
  const bool known = std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.run_id == run_id; });
  const std::int64_t lit = known ? run_id : 0;
  if (state_->highlighted_run == lit) return;
  state_->highlighted_run = lit;
  canvas_->restyle();
  replotSoon();
}

void PlotView::setSolo(std::optional<std::size_t> line) {
  state_->solo = line && *line < state_->figure.lines.size() ? line : std::nullopt;
  canvas_->restyle();
  replotSoon();
}

std::optional<std::size_t> PlotView::solo() const {
  return state_->solo;
}

Range PlotView::rangeX() const {
  return {canvas_->xAxis->range().lower, canvas_->xAxis->range().upper};
}
Range PlotView::rangeY() const {
  return {canvas_->yAxis->range().lower, canvas_->yAxis->range().upper};
}

void PlotView::zoomTo(const Range& x, std::optional<Range> y) {
  if (!(x.low < x.high) || (state_->figure.x.log && x.low <= 0)) return;
  zoom_x_ = x;
  if (y && y->low < y->high) zoom_y_ = y;
  applyRanges();
  replotSoon();
  Q_EMIT zoomChanged();
}

void PlotView::showAll() {
  zoom_x_.reset();
  zoom_y_.reset();
  setSolo(std::nullopt);
  applyRanges();
  replotSoon();
  Q_EMIT zoomChanged();
}

void PlotView::alignSideways(const std::vector<PlotView*>& views) {
  std::vector<QPointer<PlotCanvas>> canvases;
  for (const PlotView* view : views) canvases.emplace_back(view->canvas_);
  const auto align = [canvases] {
    int left = 0;
    int right = 0;
    for (const auto& canvas : canvases) {
      if (!canvas || !canvas->isVisible()) continue;
      left = std::max(left, canvas->neededLeft());
      right = std::max(right, canvas->neededRight());
    }
    for (const auto& canvas : canvases) {
      if (canvas) canvas->setLeastMargins(left, right);
    }
  };
  for (const PlotView* view : views) {
    disconnect(view->canvas_, &PlotCanvas::neededMarginsChanged, nullptr, nullptr);
    connect(view->canvas_, &PlotCanvas::neededMarginsChanged, view->canvas_, align, Qt::QueuedConnection);
  }
  align();
}

QImage PlotView::image(double scale) const {
  return canvas_->toPixmap(width(), height(), scale).toImage();
}

std::optional<std::size_t> PlotView::lineAt(const QPointF& position) const {
  std::optional<std::size_t> best;
  double least = kCatchDistance;
  const double from = xAt(position.x() - kCatchDistance);
  const double to = xAt(position.x() + kCatchDistance);
  for (std::size_t i = 0; i < state_->figure.lines.size(); ++i) {
    const figures::Line& line = state_->figure.lines[i];
    if (line.shape == figures::Shape::Bars || line.style.role == figures::Role::Raw || line.x.empty()) continue;
    auto first = std::lower_bound(line.x.begin(), line.x.end(), from) - line.x.begin();
    auto last = std::upper_bound(line.x.begin(), line.x.end(), to) - line.x.begin();
    first = std::max<std::ptrdiff_t>(0, first - 1);
    last = std::min<std::ptrdiff_t>(std::ssize(line.x), last + 1);
    for (auto k = static_cast<std::size_t>(first); k < static_cast<std::size_t>(last); ++k) {
      if (!figures::is_drawable(line.y[k], state_->figure.y.log)) continue;
      const QPointF here = toPixels(line.x[k], line.y[k]);
      const bool has_next =
          k + 1 < static_cast<std::size_t>(last) && figures::is_drawable(line.y[k + 1], state_->figure.y.log);
      const QPointF next = has_next ? toPixels(line.x[k + 1], line.y[k + 1]) : here;
      // Main lines are preferred to the thin ones around them.
      const double handicap = line.style.role == figures::Role::Main ? 0 : 2;
      const double distance = distanceToSegment(position, here, next) + handicap;
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
  }
  return best;
}

QPointF PlotView::toPixels(double x, double y) const {
  return {canvas_->xAxis->coordToPixel(x), canvas_->yAxis->coordToPixel(y)};
}

double PlotView::xAt(double pixel) const {
  return canvas_->xAxis->pixelToCoord(pixel);
}

Range PlotView::wholeX() const {
  const Range whole = fullRangeX();
  if (!least_x_ || (state_->figure.x.log && least_x_->low <= 0)) return whole;
  return {std::min(whole.low, least_x_->low), std::max(whole.high, least_x_->high)};
}

void PlotView::setLeastRangeX(std::optional<Range> range) {
  if (range == least_x_) return;
  least_x_ = range;
  applyRanges();
  replotSoon();
}

void PlotView::applyRanges() {
  const Range x = zoom_x_.value_or(wholeX());
  const auto fitting = [&] {
    return zoom_x_ || !with_outliers_ ? fittingRangeY(state_->figure, x, with_outliers_) : figures::y_range(summary_);
  };
  canvas_->setRanges(x, zoom_y_ ? *zoom_y_ : fitting());
}

void PlotView::replotSoon() {
  canvas_->replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::takeTheme() {
  state_->theme = appearanceOf(this) == Appearance::Dark ? figures::Theme::Dark : figures::Theme::Light;
}

void PlotView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
      event->type() == QEvent::StyleChange) {
    takeTheme();
    canvas_->restyle();
    replotSoon();
  }
}

void PlotView::resizeEvent(QResizeEvent* event) {
  canvas_->setGeometry(QRect(QPoint(0, 0), event->size()).adjusted(1, 1, -1, -1));
}

void PlotView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const figures::PlotInk ink = figures::plot_ink(state_->theme);
  painter.fillRect(rect(), toColour(ink.ground));
  if (shows_focus_) {
    painter.setPen(QPen(toColour(ink.accent), 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
}

}  // namespace lorascope::ui
