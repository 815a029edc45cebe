#include "ui/plots/plot_canvas.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/figures/ticks.h"
#include "ui/plots/curve_graph.h"
#include "ui/plots/figure_ticker.h"
#include "ui/plots/line_sample.h"
#include "ui/plots/plot_annotations.h"
#include "ui/plots/plot_colours.h"
#include "ui/plots/plot_overlay.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewPoints = 4000;  ///< up to here a line is drawn anti-aliased
constexpr std::size_t kWholePoints = 20'000;  ///< up to here a graph holds its line whole
constexpr int kColumnsPerPixel = 2;           ///< of the sample of a longer one
constexpr std::size_t kFewDots = 16;      ///< up to here dots are a little larger
constexpr int kTopMargin = 22;            ///< room for the step cursor's label
constexpr int kTickLength = 3;
constexpr int kLabelPadding = 4;

bool ascends(const std::vector<double>& x) {
  return std::is_sorted(x.begin(), x.end()) && std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

/// Borders of `count` columns of equal width on the axis.
std::vector<double> columnEdges(const QCPRange& range, int count, bool log) {
  std::vector<double> edges;
  edges.reserve(static_cast<std::size_t>(count) + 1);
  for (int i = 0; i <= count; ++i) {
    const double share = static_cast<double>(i) / count;
    edges.push_back(log ? range.lower * std::pow(range.upper / range.lower, share)
                        : range.lower + share * (range.upper - range.lower));
  }
  return edges;
}

FigureTicker* tickerOf(const QCPAxis* axis) {
  return static_cast<FigureTicker*>(axis->ticker().data());
}

}  // namespace

PlotCanvas::PlotCanvas(PlotState& state, QWidget* parent) : QCustomPlot(parent), state_(&state) {
  setAttribute(Qt::WA_TransparentForMouseEvents);
  setFocusPolicy(Qt::NoFocus);
  setNoAntialiasingOnDrag(true);
  setPlottingHint(QCP::phFastPolylines, true);
  setAutoAddPlottableToLegend(false);
  addLayer(QStringLiteral("annotations"), layer(QStringLiteral("axes")), QCustomPlot::limAbove);
  annotations_ = new PlotAnnotations(this, state);
  layer(QStringLiteral("overlay"))->setMode(QCPLayer::lmBuffered);
  overlay_ = new PlotOverlay(this, state);
  bars_group_ = new QCPBarsGroup(this);
  bars_group_->setSpacingType(QCPBarsGroup::stAbsolute);
  bars_group_->setSpacing(1);
  for (QCPAxis* axis : {xAxis, yAxis}) {
    axis->setTicker(QSharedPointer<FigureTicker>::create());
    axis->setSubTicks(false);
    axis->setTickLength(0, 0);
    axis->grid()->setZeroLinePen(Qt::NoPen);
  }
  xAxis->setTickLength(0, kTickLength);
  xAxis->setTickLabelPadding(kLabelPadding);
  xAxis->setLabelPadding(2);
  yAxis->setTickLabelPadding(kLabelPadding + 2);
  yAxis->setLabelPadding(kLabelPadding + 2);
  for (QCPAxis* axis : {xAxis, yAxis}) axis->setPadding(0);
  xAxis->grid()->setVisible(false);
  // The margins are computed in layOut(): only so can plots of different scales line up.
  axisRect()->setAutoMargins(QCP::msNone);
  axisRect()->setBackground(Qt::NoBrush);
  plotLayout()->setMargins(QMargins(0, 0, 0, 0));
  connect(this, &QCustomPlot::beforeReplot, this, &PlotCanvas::layOut);
}

QVector<QCPGraphData> PlotCanvas::points(const figures::Line& line, std::size_t first) const {
  const bool log_x = state_->figure.x.log;
  const bool log_y = state_->figure.y.log;
  QVector<QCPGraphData> points;
  points.reserve(static_cast<qsizetype>(line.x.size() - first));
  for (std::size_t i = first; i < line.x.size(); ++i) {
    if (!figures::is_drawable(line.x[i], log_x)) continue;
    points.append(QCPGraphData(line.x[i], figures::is_drawable(line.y[i], log_y) ? line.y[i] : kNoValue));
  }
  return points;
}

QCPAbstractPlottable* PlotCanvas::makeLine(const figures::Line& line, bool whole) {
  auto* graph = new CurveGraph(xAxis, yAxis);
  if (whole) graph->data()->set(points(line, 0), std::is_sorted(line.x.begin(), line.x.end()));
  graph->setAdaptiveSampling(true);
  graph->setSelectable(QCP::stNone);
  return graph;
}

QCPAbstractPlottable* PlotCanvas::makeBars(const figures::Line& line) {
  auto* bars = new QCPBars(xAxis, yAxis);
  QVector<QCPBarsData> values;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (figures::is_drawable(line.x[i], state_->figure.x.log) &&
        figures::is_drawable(line.y[i], state_->figure.y.log)) {
      values.append(QCPBarsData(line.x[i], line.y[i]));
    }
  }
  bars->data()->set(values);
  const auto num_bars = std::count_if(state_->figure.lines.begin(), state_->figure.lines.end(),
                                      [](const auto& other) { return other.shape == figures::Shape::Bars; });
  bars->setWidthType(QCPBars::wtPlotCoords);
  bars->setWidth(0.72 / static_cast<double>(num_bars));
  bars->setBarsGroup(bars_group_);
  bars->setSelectable(QCP::stNone);
  return bars;
}

void PlotCanvas::makeBand(const figures::Band& band) {
  figures::Line edge;
  edge.x = band.x;
  edge.y = band.low;
  auto* low = static_cast<QCPGraph*>(makeLine(edge, true));
  edge.y = band.high;
  auto* high = static_cast<QCPGraph*>(makeLine(edge, true));
  high->setChannelFillGraph(low);
  static_cast<CurveGraph*>(low)->setThinning(Thinning::Lows);
  static_cast<CurveGraph*>(high)->setThinning(Thinning::Highs);
  for (QCPGraph* graph : {low, high}) {
    graph->setPen(Qt::NoPen);
    graph->setAntialiasedFill(band.x.size() <= kFewPoints);
  }
  band_graphs_.emplace_back(low, high);
}

void PlotCanvas::rebuild() {
  clearPlottables();
  plottables_.clear();
  band_graphs_.clear();
  const figures::FigureData& figure = state_->figure;
  for (const auto& [axis, described] : {std::pair(xAxis, &figure.x), std::pair(yAxis, &figure.y)}) {
    tickerOf(axis)->setAxis(*described);
    axis->setScaleType(described->log ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis->setLabel(QString::fromStdString(described->full_label()));
  }
  for (const auto& band : figure.bands) makeBand(band);
  // Raw points lie under all averages, whatever their order in the figure.
  plottables_.assign(figure.lines.size(), nullptr);
  samples_.assign(figure.lines.size(), {});
  ascends_.clear();
  for (const figures::Line& line : figure.lines) ascends_.push_back(ascends(line.x));
  for (const auto role : {figures::Role::Raw, figures::Role::Single, figures::Role::Main}) {
    for (std::size_t i = 0; i < figure.lines.size(); ++i) {
      const figures::Line& line = figure.lines[i];
      if (line.style.role != role) continue;
      plottables_[i] = line.shape == figures::Shape::Bars ? makeBars(line) : makeLine(line, !isSampled(i));
    }
  }
  restyle();
}

void PlotCanvas::append(std::size_t line, std::size_t first) {
  auto* graph = dynamic_cast<QCPGraph*>(plottables_[line]);
  if (graph == nullptr) return;
  // The next repaint samples a long line anew.
  if (!isSampled(line)) graph->data()->add(points(state_->figure.lines[line], first), true);
  styleLine(line);
}

bool PlotCanvas::isSampled(std::size_t index) const {
  const figures::Line& line = state_->figure.lines[index];
  return line.shape == figures::Shape::Line && ascends_[index] && line.x.size() > kWholePoints;
}

void PlotCanvas::sampleLine(std::size_t index) {
  const figures::Line& line = state_->figure.lines[index];
  const QCPRange range = xAxis->range();
  const bool log_x = state_->figure.x.log;
  // One point more on each side: the line goes on to the border.
  auto first = std::lower_bound(line.x.begin(), line.x.end(), range.lower);
  auto last = std::upper_bound(first, line.x.end(), range.upper);
  if (first != line.x.begin() && (!log_x || *(first - 1) > 0)) --first;
  if (last != line.x.end()) ++last;
  const auto at = static_cast<std::size_t>(first - line.x.begin());
  const LinePiece piece{line.x.data() + at, line.y.data() + at, static_cast<std::size_t>(last - first),
                        state_->figure.y.log};
  const bool whole = piece.size <= kWholePoints;
  const int columns = whole ? 0 : kColumnsPerPixel * std::max(1, width());
  const Sample wanted{range.lower, range.upper, columns, line.x.size(), isAverage(line)};
  if (samples_[index] == wanted) return;
  samples_[index] = wanted;
  // Where all are kept, every point is a column of its own.
  const std::vector<double> edges =
      whole ? std::vector<double>(first, last) : columnEdges(range, columns, log_x);
  static_cast<QCPGraph*>(plottables_[index])->data()->set(sampleOf(piece, edges, wanted.means), true);
}

bool PlotCanvas::isAverage(const figures::Line& line) const {
  return line.style.role == figures::Role::Main && hasRawTwin(line);
}

bool PlotCanvas::hasRawTwin(const figures::Line& line) const {
  return std::any_of(state_->figure.lines.begin(), state_->figure.lines.end(), [&](const figures::Line& other) {
    return other.style.role == figures::Role::Raw && other.run_id == line.run_id && other.name == line.name;
  });
}

void PlotCanvas::styleLine(std::size_t index) {
  const figures::Line& line = state_->figure.lines[index];
  const double presence = state_->presence(index);
  const bool lit = state_->highlighted_run != 0 && line.run_id == state_->highlighted_run;
  const double opacity = presence * figures::line_opacity(line.style.role);
  const QColor ground = toColour(figures::plot_ink(state_->theme).ground);
  const QColor colour = mixed(ground, lineColour(line.style, state_->theme), opacity);
  if (auto* bars = dynamic_cast<QCPBars*>(plottables_[index])) {
    bars->setPen(Qt::NoPen);
    bars->setBrush(colour);
    return;
  }
  auto* graph = static_cast<CurveGraph*>(plottables_[index]);
  const bool is_average = isAverage(line);
  graph->setThinning(is_average ? Thinning::Means : Thinning::Exact);
  const bool dense = graph->isDense();
  graph->setPen(!is_average && dense ? QPen(colour, 1) : linePen(line.style, colour, lit ? 1 : 0));
  // Noise between every two pixels gains nothing from anti-aliasing, and costs most of a repaint's time.
  graph->setAntialiased(is_average || (!dense && line.x.size() <= kFewPoints));
  QCPScatterStyle dots(QCPScatterStyle::ssNone);
  if (line.style.markers || line.x.size() == 1) {
    dots = QCPScatterStyle(QCPScatterStyle::ssDisc, QPen(Qt::NoPen), QBrush(colour),
                           figures::kMarkerSize + (lit ? 2 : 0) + (line.x.size() <= kFewDots ? 1 : 0));
  }
  graph->setScatterStyle(dots);
}

void PlotCanvas::styleBands() {
  for (std::size_t i = 0; i < band_graphs_.size(); ++i) {
    const QColor colour = lineColour(state_->figure.bands[i].style, state_->theme);
    const double presence = state_->solo || state_->highlighted_run != 0 ? 0.4 : 1.0;
    band_graphs_[i].second->setBrush(faded(colour, figures::kBandOpacity * presence));
  }
}

void PlotCanvas::styleAxes() {
  const figures::PlotInk ink = figures::plot_ink(state_->theme);
  const QColor secondary = toColour(ink.secondary);
  setBackground(QBrush(toColour(ink.ground)));
  for (QCPAxis* axis : {xAxis, yAxis}) {
    axis->setBasePen(axis == xAxis ? QPen(faded(secondary, 0.7), 1) : QPen(Qt::NoPen));
    axis->setTickPen(axis->basePen());
    axis->setTickLabelColor(secondary);
    axis->setLabelColor(secondary);
    axis->setTickLabelFont(captionFont());
    axis->setLabelFont(captionFont());
  }
  yAxis->grid()->setPen(QPen(toColour(ink.grid), 1));
  yAxis->grid()->setAntialiased(false);
}

void PlotCanvas::restyle() {
  styleAxes();
  styleBands();
  for (std::size_t i = 0; i < plottables_.size(); ++i) styleLine(i);
}

void PlotCanvas::setRanges(const Range& x, const Range& y) {
  xAxis->setRange(x.low, x.high);
  yAxis->setRange(y.low, y.high);
}

int PlotCanvas::leftMargin(int max_ticks) const {
  const QFontMetrics metrics(captionFont());
  int widest = 0;
  const QCPRange range = yAxis->range();
  for (const figures::Tick& tick : figures::axis_ticks({range.lower, range.upper}, state_->figure.y, max_ticks)) {
    widest = std::max(widest, metrics.horizontalAdvance(QString::fromStdString(tick.text)));
  }
  const int label = yAxis->label().isEmpty() ? 0 : metrics.height() + kLabelPadding + 2;
  return widest + kLabelPadding + 4 + label;
}

void PlotCanvas::layOut() {
  const QFontMetrics metrics(captionFont());
  const int bottom =
      kTickLength + kLabelPadding + metrics.height() + (xAxis->label().isEmpty() ? 2 : metrics.height() + 4);
  const int max_y_ticks = std::clamp((height() - kTopMargin - bottom) / (metrics.height() * 2), 2, 7);
  const int left = leftMargin(max_y_ticks);
  const int right = annotations_->prepare(size());
  axisRect()->setMargins(QMargins(std::max(left, least_left_), kTopMargin, std::max(right, least_right_), bottom));
  tickerOf(yAxis)->setMaxCount(max_y_ticks);

  int widest = metrics.horizontalAdvance(QStringLiteral("00000"));
  for (const auto& name : state_->figure.x.categories) {
    widest = std::max(widest, metrics.horizontalAdvance(QString::fromStdString(name)));
  }
  const int room = std::max(1, width() - axisRect()->margins().left() - axisRect()->margins().right());
  tickerOf(xAxis)->setMaxCount(std::clamp(room / (widest + 14), 2, state_->figure.x.categories.empty() ? 10 : 1000));
  for (std::size_t i = 0; i < plottables_.size(); ++i) {
    if (isSampled(i)) sampleLine(i);
    styleLine(i);
  }
  if (left != needed_left_ || right != needed_right_) {
    needed_left_ = left;
    needed_right_ = right;
    Q_EMIT neededMarginsChanged();
  }
}

void PlotCanvas::setLeastMargins(int left, int right) {
  if (left == least_left_ && right == least_right_) return;
  least_left_ = left;
  least_right_ = right;
  replot(rpQueuedReplot);
}

void PlotCanvas::repaintOverlay() {
  layer(QStringLiteral("overlay"))->replot();
}

const QCPGraph* PlotCanvas::graphOf(std::size_t index) const {
  return dynamic_cast<QCPGraph*>(plottables_.at(index));
}

}  // namespace lorascope::ui
