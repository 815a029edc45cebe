#include "ui/plots/plot_canvas.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/plots/curve_graph.h"
#include "ui/plots/figure_ticker.h"
#include "ui/plots/plot_annotations.h"
#include "ui/plots/plot_colours.h"
#include "ui/plots/plot_overlay.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFewPoints = 4000;  ///< up to here a line is drawn anti-aliased
constexpr int kTopMargin = 22;            ///< room for the step cursor's label

FigureTicker* tickerOf(const QCPAxis* axis) { return static_cast<FigureTicker*>(axis->ticker().data()); }

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
  xAxis->setTickLength(0, 3);
  xAxis->setTickLabelPadding(4);
  xAxis->setLabelPadding(3);
  yAxis->setTickLabelPadding(6);
  yAxis->setLabelPadding(6);
  xAxis->grid()->setVisible(false);
  axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom);
  axisRect()->setMinimumMargins(QMargins(8, kTopMargin, 8, 8));
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

QCPAbstractPlottable* PlotCanvas::makeLine(const figures::Line& line) {
  auto* graph = new CurveGraph(xAxis, yAxis);
  graph->data()->set(points(line, 0), std::is_sorted(line.x.begin(), line.x.end()));
  graph->setAdaptiveSampling(true);
  graph->setSelectable(QCP::stNone);
  return graph;
}

QCPAbstractPlottable* PlotCanvas::makeBars(const figures::Line& line) {
  auto* bars = new QCPBars(xAxis, yAxis);
  QVector<QCPBarsData> values;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (figures::is_drawable(line.x[i], state_->figure.x.log) && figures::is_drawable(line.y[i], state_->figure.y.log)) {
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
  auto* low = static_cast<QCPGraph*>(makeLine(edge));
  edge.y = band.high;
  auto* high = static_cast<QCPGraph*>(makeLine(edge));
  high->setChannelFillGraph(low);
  for (QCPGraph* graph : {low, high}) graph->setPen(Qt::NoPen);
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
  for (const auto role : {figures::Role::Raw, figures::Role::Single, figures::Role::Main}) {
    for (std::size_t i = 0; i < figure.lines.size(); ++i) {
      const figures::Line& line = figure.lines[i];
      if (line.style.role != role) continue;
      plottables_[i] = line.shape == figures::Shape::Bars ? makeBars(line) : makeLine(line);
    }
  }
  restyle();
}

void PlotCanvas::append(std::size_t line, std::size_t first) {
  auto* graph = dynamic_cast<QCPGraph*>(plottables_[line]);
  if (graph == nullptr) return;
  graph->data()->add(points(state_->figure.lines[line], first), true);
  styleLine(line);
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
  const bool is_average = line.style.role == figures::Role::Main && hasRawTwin(line);
  graph->setColumnMeans(is_average);
  QPen pen = linePen(line.style, colour, lit ? 1 : 0);
  if (!is_average && graph->isDense()) pen = QPen(colour, 1);
  graph->setPen(pen);
  graph->setAntialiased(line.x.size() <= kFewPoints || is_average);
  QCPScatterStyle dots(QCPScatterStyle::ssNone);
  if (line.style.markers || line.x.size() == 1) {
    dots = QCPScatterStyle(QCPScatterStyle::ssDisc, QPen(Qt::NoPen), QBrush(colour), figures::kMarkerSize + (lit ? 2 : 1));
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

void PlotCanvas::layOut() {
  const QFontMetrics metrics(captionFont());
  const QMargins margins = axisRect()->margins();
  const int right = annotations_->prepare(size());
  axisRect()->setMargins(QMargins(margins.left(), kTopMargin, right, margins.bottom()));
  const int label_width = std::max(metrics.horizontalAdvance(QStringLiteral("00000")), 40) + 16;
  const int room = std::max(1, width() - margins.left() - right);
  int widest = 0;
  for (const auto& name : state_->figure.x.categories) {
    widest = std::max(widest, metrics.horizontalAdvance(QString::fromStdString(name)) + 10);
  }
  for (std::size_t i = 0; i < plottables_.size(); ++i) styleLine(i);
  tickerOf(xAxis)->setMaxCount(std::clamp(room / std::max(label_width, widest), 2, widest > 0 ? 1000 : 8));
  tickerOf(yAxis)->setMaxCount(std::clamp((height() - kTopMargin - margins.bottom()) / (metrics.height() * 2), 2, 7));
}

void PlotCanvas::repaintOverlay() { layer(QStringLiteral("overlay"))->replot(); }

const QCPGraph* PlotCanvas::graphOf(std::size_t index) const { return dynamic_cast<QCPGraph*>(plottables_.at(index)); }

}  // namespace lorascope::ui
