#include "ui/curves/curve_card.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

#include "core/figures/curve_figure.h"
#include "ui/curves/series_source.h"
#include "ui/plots/figure_builder.h"
#include "ui/plots/number_text.h"
#include "ui/plots/plot_view.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr std::size_t kSmall = 30'000;      ///< points that are computed on the UI thread, in a few milliseconds
constexpr std::size_t kAppendFrom = 2'000;  ///< a line shorter than this is computed anew with every row
constexpr int kSoonMs = 20;                 ///< gathers the rows of several runs into one figure

PlotToolbar::Controls controls() {
  return PlotToolbar::XSource | PlotToolbar::LogX | PlotToolbar::LogY | PlotToolbar::Smoothing | PlotToolbar::Grouping |
         PlotToolbar::Outliers;
}

bool isPerCent(const std::string& series, const std::string& task) {
  const bool score = series.starts_with("eval/") || series.starts_with("test/");
  return score && figures::is_share(series.substr(5), task);
}

/// The help page of a series: of "strict.f1" that of "f1".
QString helpOf(const std::string& series) {
  const std::string metric = series.substr(series.find_last_of("/.") + 1);
  const QString id = QString::fromStdString("measure." + metric);
  return helpTitle(id).isEmpty() ? QStringLiteral("measure.score") : id;
}

}  // namespace

CurveCard::CurveCard(SessionModel* session, const std::string& series, QWidget* parent)
    : PlotCard(controls(), parent),
      session_(session),
      series_(series),
      builder_(new FigureBuilder(this)),
      soon_(new QTimer(this)),
      series_button_(new QToolButton(this)) {
  session_->wantSeries({QString::fromStdString(series_)});
  setPinQuery([this] {
    figures::ReportQuery query;
    query.series = series_;
    return query;
  });
  view()->setValuesAtEnds(series_.starts_with("eval/"));
  setHelpTopic(this, helpOf(series_));
  addSeriesMenu();
  train_button_ = emptyState()->addButton(tr("Go to Train"), false, [this] { Q_EMIT trainRequested(); });
  show_button_ = emptyState()->addButton(tr("Show all runs"), false, [this] {
    std::vector<RunId> all;
    for (const auto& run : session_->runs()) all.push_back(run.id);
    session_->setEyes(all, true);
  });
  toolbar()->setGroupSettings([this] { return settingsThatDiffer(*session_); });
  soon_->setSingleShot(true);
  soon_->setInterval(kSoonMs);
  connect(soon_, &QTimer::timeout, this, &CurveCard::drawInView);
  connect(builder_, &FigureBuilder::ready, this,
          [this](const std::shared_ptr<figures::FigureData>& figure) { takeFigure(std::move(*figure)); });
  const auto anew = [this] {
    append_only_ = false;
    soon_->start();
  };
  connect(this, &PlotCard::figureWished, this, [this] { rebuild(); });
  connect(session_, &SessionModel::shownRunsChanged, this, anew);
  connect(session_, &SessionModel::workspaceOpened, this, anew);
  connect(session_, &SessionModel::dataReset, this, anew);
  connect(session_, &SessionModel::runsChanged, this, [this, anew](bool structure) {
    if (structure) anew();
    updateEmptyState();
  });
  connect(session_, &SessionModel::newPoints, this, &CurveCard::takeNewPoints);
  connect(session_, &SessionModel::hoverRunChanged, this, [this](RunId id) { view()->setHighlightedRun(id); });
  connect(session_, &SessionModel::stepCursorChanged, this, &CurveCard::showCursor);
  connect(session_, &SessionModel::selectionChanged, this, &CurveCard::showCursor);
  connect(view(), &PlotView::runHovered, session_, &SessionModel::setHoverRun);
  connect(view(), &PlotView::runActivated, this, [this](qint64 id) { session_->select({id}); });
  connect(view(), &PlotView::cursorMoved, this, [this](double x) {
    if (const auto step = stepOfX(*session_, options().x, x)) session_->setStepCursor(*step);
  });
  rebuild();
}

CurveCard::~CurveCard() = default;

void CurveCard::addSeriesMenu() {
  series_button_->setIcon(themedIcon(QStringLiteral("arrow-down"), IconTone::Secondary));
  series_button_->setIconSize(QSize(10, 10));
  series_button_->setProperty("role", "icon");
  series_button_->setToolTip(tr("Draw another series here"));
  series_button_->setAccessibleName(tr("Series of this plot"));
  series_button_->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(series_button_);
  series_button_->setMenu(menu);
  connect(menu, &QMenu::aboutToShow, this, &CurveCard::fillSeriesMenu);
  header()->insertWidget(1, series_button_);
}

void CurveCard::fillSeriesMenu() {
  QMenu* menu = series_button_->menu();
  menu->clear();
  std::vector<std::string> names = shownSeriesNames(*session_);
  if (names.empty()) names = {series_};
  for (const std::string& name : names) {
    const QString label = QString::fromStdString(figures::series_label(name));
    QAction* action = menu->addAction(label);
    action->setCheckable(true);
    action->setChecked(name == series_);
    connect(action, &QAction::triggered, this, [this, name] { setSeries(name); });
  }
}

void CurveCard::setRemovable() {
  auto* button = new QToolButton(this);
  button->setIcon(themedIcon(QStringLiteral("close"), IconTone::Secondary));
  button->setProperty("role", "icon");
  button->setToolTip(tr("Remove this plot"));
  button->setAccessibleName(button->toolTip());
  header()->addWidget(button);
  connect(button, &QToolButton::clicked, this, &CurveCard::removeRequested);
}

void CurveCard::setSeries(const std::string& series) {
  if (series == series_) return;
  series_ = series;
  session_->wantSeries({QString::fromStdString(series_)});
  view()->setValuesAtEnds(series_.starts_with("eval/"));
  setHelpTopic(this, helpOf(series_));
  rebuild();
  Q_EMIT seriesChanged();
}

void CurveCard::rebuild() {
  soon_->stop();
  const figures::CurveOptions options = this->options();
  const auto x_name = figures::x_series_name(options.x);
  if (!x_name.empty()) session_->wantSeries({QString::fromUtf8(x_name.data(), static_cast<qsizetype>(x_name.size()))});
  auto runs = std::make_shared<std::vector<figures::RunSeries>>(shownSeries(*session_, series_, options.x));
  append_only_ = true;
  smoothers_.clear();
  num_drawn_.clear();
  std::size_t num_points = 0;
  for (const auto& run : *runs) {
    num_drawn_[run.run.id] = run.points.size();
    num_points += run.points.size();
  }
  builder_->request([runs, options] { return liveFigure(*runs, options); }, num_points <= kSmall);
}

void CurveCard::takeFigure(figures::FigureData figure) {
  if (session_->shownRuns().empty())
    figure.title = figure.title.empty() ? figures::series_label(series_) : figure.title;
  figure.x.log = options().log_x;
  figure.y.log = options().log_y;
  setFigure(std::move(figure));
  showCursor();
  updateEmptyState();
  // Rows that came while the figure was computed.
  for (const auto& [id, count] : num_drawn_) {
    if (points(id).size() != count) soon_->start();
  }
  Q_EMIT drawn();
}

void CurveCard::drawInView() {
  // A tab that nobody looks at costs nothing while runs train.
  is_stale_ = !isVisible();
  if (is_stale_) return;
  canAppend() ? appendNewPoints() : rebuild();
}

void CurveCard::showEvent(QShowEvent* event) {
  PlotCard::showEvent(event);
  if (is_stale_) soon_->start();
}

void CurveCard::takeNewPoints(RunId id, const QStringList& names) {
  const auto x_name = figures::x_series_name(options().x);
  const bool own = names.contains(QString::fromStdString(series_));
  const bool axis =
      !x_name.empty() && names.contains(QString::fromUtf8(x_name.data(), static_cast<qsizetype>(x_name.size())));
  if (!own && !axis) return;
  if (axis || !num_drawn_.contains(id)) append_only_ = false;
  if (!soon_->isActive()) soon_->start();
}

const std::vector<store::MetricPoint>& CurveCard::points(RunId id) const {
  static const std::vector<store::MetricPoint> kNone;
  const RunData* read = session_->data(id);
  if (read == nullptr) return kNone;
  const auto found = read->series.find(series_);
  return found != read->series.end() ? found->second : kNone;
}

bool CurveCard::canAppend() const {
  if (!append_only_ || builder_->busy() || options().x != figures::XSource::Step ||
      options().grouping != figures::Grouping::None) {
    return false;
  }
  return std::all_of(num_drawn_.begin(), num_drawn_.end(), [this](const auto& entry) {
    return points(entry.first).size() == entry.second || entry.second >= kAppendFrom;
  });
}

void CurveCard::appendNewPoints() {
  for (const auto& [id, count] : num_drawn_) {
    const auto& known = points(id);
    if (known.size() > count) appendTo(id, known);
  }
  Q_EMIT drawn();
}

void CurveCard::appendTo(RunId id, const std::vector<store::MetricPoint>& known) {
  const store::RunRecord* record = session_->run(id);
  const double factor = record != nullptr && isPerCent(series_, record->task) ? 100 : 1;
  const std::size_t first = num_drawn_[id];
  std::vector<double> x, raw, smooth;
  const bool smoothed = options().smoothing > 0;
  if (smoothed && !smoothers_.contains(id)) {
    figures::Smoother smoother(options().smoothing);
    for (std::size_t i = 0; i < first; ++i) smoother.next(known[i].value * factor);
    smoothers_.emplace(id, smoother);
  }
  for (std::size_t i = first; i < known.size(); ++i) {
    x.push_back(static_cast<double>(known[i].step));
    raw.push_back(known[i].value * factor);
    if (smoothed) smooth.push_back(smoothers_.at(id).next(raw.back()));
  }
  const auto& lines = view()->figure().lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].run_id != id) continue;
    const bool is_average = smoothed && lines[i].style.role == figures::Role::Main;
    view()->appendPoints(i, x, is_average ? smooth : raw);
  }
  num_drawn_[id] = known.size();
}

void CurveCard::showCursor() {
  const auto step = session_->stepCursor();
  if (!step) return view()->setCursor(std::nullopt);
  view()->setCursor(xOfStep(*session_, options().x, *step), tr("step %1").arg(countText(*step)));
}

void CurveCard::updateEmptyState() {
  QString sentence = tr("No points of %1 yet").arg(QString::fromStdString(figures::series_label(series_)));
  const bool hidden = session_->shownRuns().empty() && !session_->runs().empty();
  if (hidden) sentence = tr("All runs are hidden");
  std::vector<const store::RunRecord*> shown;
  for (const RunId id : session_->shownRuns())
    if (const store::RunRecord* run = session_->run(id)) shown.push_back(run);
  const QString untrained = QString::fromStdString(figures::untrained_reason(shown));
  emptyState()->setSentence(untrained.isEmpty() ? sentence : asSentence(untrained));
  show_button_->setVisible(hidden);
  train_button_->setVisible(!hidden && untrained.isEmpty());
}

}  // namespace lorascope::ui
