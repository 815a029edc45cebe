#include "ui/weights/intruders_card.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "ui/plots/heat_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_card.h"
#include "ui/weights/map_twin.h"
#include "ui/weights/measure_figure.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kMapHeight = 140;
constexpr int kPlotHeight = 240;

const std::vector<AdapterMeasure>& measures() {
  static const std::vector<AdapterMeasure> all = {
      {"intruders", QObject::tr("intruders"), QObject::tr("Leading directions of W' that resemble none of W")},
      {"random_intruders", QObject::tr("by chance"),
       QObject::tr("The same count of an update of the same singular values along random directions: the floor")},
      {"relative_norm", QObject::tr("size"), QObject::tr("‖ΔW‖ / ‖W‖: read the count beside it")},
      {"amplification", QObject::tr("amplification"),
       QObject::tr("How much the update exceeds what W has in its directions")},
      {"base_share", QObject::tr("in base space"),
       QObject::tr("Mean length of the leading directions of W' inside W's leading 50: steadier than the count where "
                   "singular values nearly coincide")}};
  return all;
}

/// Layers from top to bottom and kinds from left to right, as adapterMap() orders them.
figures::ModulePlace placeAt(const std::vector<AdapterModule>& modules, int row, int column) {
  std::set<int, std::greater<>> layers;
  std::vector<std::string> kinds;
  for (const AdapterModule& module : modules) {
    const figures::ModulePlace place = figures::module_place(module.path);
    layers.insert(place.layer);
    if (std::find(kinds.begin(), kinds.end(), place.kind) == kinds.end()) kinds.push_back(place.kind);
  }
  return {*std::next(layers.begin(), row), kinds[static_cast<std::size_t>(column)]};
}

}  // namespace

IntrudersCard::IntrudersCard(SessionModel* session, LorascopeProgram* program, QWidget* parent)
    : Card(tr("Intruder dimensions"), parent),
      analyses_(new WeightAnalyses(QStringLiteral("intruders"), session, program, this)),
      measure_(new SegmentBar(tr("What the map of intruders shows"))),
      threshold_(new QDoubleSpinBox),
      menu_button_(new QToolButton),
      message_(new MessageBar),
      map_(nullptr),
      plot_(new PlotCard({})),
      layers_(new PlotCard({})),
      table_(new TableCard(tr("Numbers by module"))) {
  setHelpTopic(this, QStringLiteral("measure.intruders"));
  addHeader();
  addBody();
  watchAnalyses();
  refresh();
  connect(measure_, &SegmentBar::chosenChanged, this, &IntrudersCard::refresh);
  connect(threshold_, &QDoubleSpinBox::valueChanged, this, &IntrudersCard::refresh);
  connect(threshold_, &QDoubleSpinBox::valueChanged, this, &IntrudersCard::thresholdChanged);
  connect(map_->view(), &HeatMapView::cellChosen, this, [this](int row, int column) {
    place_ = placeAt(analyses().back().modules, row, column);
    showPlot();
  });
  connect(session, &SessionModel::workspaceOpened, this, [this] {
    if (isVisible()) analyses_->loadStored();
  });
}

void IntrudersCard::addHeader() {
  QStringList labels, tips;
  for (const AdapterMeasure& measure : measures()) {
    labels.append(measure.label);
    tips.append(measure.tip);
  }
  measure_->setSegments(labels, tips);
  threshold_->setRange(0, 1);
  threshold_->setSingleStep(0.05);
  threshold_->setValue(0.5);
  threshold_->setPrefix(QStringLiteral("ε "));
  threshold_->setAccessibleName(tr("Threshold of intruders"));
  menu_button_->setText(tr("choose"));
  menu_button_->setAccessibleName(tr("Choose a run to analyse"));
  menu_button_->setPopupMode(QToolButton::InstantPopup);
  menu_button_->setMenu(new QMenu(menu_button_));
  for (QWidget* widget : std::initializer_list<QWidget*>{measure_, threshold_, menu_button_})
    header()->addWidget(widget);
  connect(menu_button_->menu(), &QMenu::aboutToShow, this, [this] { analyses_->fillMenu(menu_button_->menu()); });
}

void IntrudersCard::addBody() {
  map_ = new MapTwin(this, kMapHeight);
  map_->view()->setAccessibleName(tr("Map of intruders"));
  for (PlotCard* plot : {plot_, layers_}) plot->setMinimumHeight(kPlotHeight);
  auto* warning = makeCaption(
      tr("Counts depend on the threshold and on the size of the update: read them beside ‖ΔW‖ / ‖W‖ and all c_j. Floor: "
         "the count that an update of the same singular values along random directions has (dotted, and by chance)."));
  warning->setWordWrap(true);
  body()->addWidget(message_);
  body()->addWidget(map_);
  auto* plots = new QHBoxLayout;
  plots->setSpacing(kPadding);
  plots->addWidget(plot_, 1);
  plots->addWidget(layers_, 1);
  body()->addLayout(plots);
  // Half of a card is not enough for an export: the other plot waits meanwhile.
  for (const auto& [opened, other] : {std::pair(plot_, layers_), std::pair(layers_, plot_)})
    connect(opened, &PlotCard::exportOpened, this, [other = other](bool open) { other->setVisible(!open); });
  body()->addWidget(warning);
  body()->addWidget(table_);
}

void IntrudersCard::watchAnalyses() {
  analyses_->tellIn(this, message_);
  connect(analyses_, &WeightAnalyses::failed, this, [this] {
    refresh();
    Q_EMIT shown();
  });
  connect(analyses_, &WeightAnalyses::changed, this, [this](RunId run) {
    refresh();
    Q_EMIT analysed(run);
    Q_EMIT shown();
  });
}

void IntrudersCard::analyse(RunId run) {
  analyses_->analyse(run);
}

void IntrudersCard::addAnalysis(WeightAnalysis analysis) {
  analyses_->add(std::move(analysis));
}

void IntrudersCard::showEvent(QShowEvent* event) {
  Card::showEvent(event);
  analyses_->loadStored();
}

void IntrudersCard::setThreshold(double threshold) {
  threshold_->setValue(threshold);
}

double IntrudersCard::threshold() const {
  return threshold_->value();
}

HeatMapView* IntrudersCard::map() const {
  return map_->view();
}

void IntrudersCard::refresh() {
  const bool any = !analyses().empty() && !analyses().back().modules.empty();
  for (QWidget* widget : std::initializer_list<QWidget*>{measure_, threshold_, map_, plot_, layers_, table_})
    widget->setVisible(any);
  map_->setButtonsVisible(any);
  if (!any) {
    setNote(analyses().empty() ? tr("choose a finished run; it takes some seconds") : tr("no matrix was changed"));
    return;
  }
  const WeightAnalysis& newest = analyses().back();
  const std::vector<AdapterModule> modules = withCounts(newest.modules, threshold_->value());
  double total = 0, random = 0;
  bool has_floor = false;
  for (const AdapterModule& module : modules) {
    total += module.values.at("intruders");
    const auto floor = module.values.find("random_intruders");
    if (floor == module.values.end()) continue;
    random += floor->second;
    has_floor = true;
  }
  QString note = has_floor ? tr("%1, by chance %2, in %3 matrices").arg(total).arg(random).arg(modules.size())
                           : tr("%1 in %2 matrices").arg(total).arg(modules.size());
  setNote(note + QStringLiteral("; ") + QString::fromStdString(newest.name));
  map_->setMap(adapterMap(modules, measures()[static_cast<std::size_t>(measure_->chosen())]));
  if (!place_) place_ = placeAt(modules, map()->chosenRow(), map()->chosenColumn());
  showPlot();
}

void IntrudersCard::showPlot() {
  if (!place_) return;
  plot_->setFigure(closestFigure(analyses(), *place_, threshold_->value()));
  std::vector<WeightAnalysis> counted = analyses();
  for (WeightAnalysis& analysis : counted) analysis.modules = withCounts(std::move(analysis.modules), threshold_->value());
  layers_->setFigure(
      measureByLayerFigure(counted, place_->kind, measures()[static_cast<std::size_t>(measure_->chosen())]));
  table_->setTable(measureTable(counted, {"intruders", tr("Intruder dimensions"), {}}));
}

}  // namespace lorascope::ui
