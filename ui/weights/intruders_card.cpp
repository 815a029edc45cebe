#include "ui/weights/intruders_card.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "core/figures/run_groups.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/process/lorascope_program.h"
#include "ui/weights/map_twin.h"
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
      session_(session),
      program_(program),
      measure_(new SegmentBar(tr("What the map of intruders shows"))),
      threshold_(new QDoubleSpinBox),
      menu_button_(new QToolButton),
      message_(new MessageBar),
      map_(nullptr),
      plot_(new PlotCard({})),
      layers_(new PlotCard({})) {
  setHelpTopic(this, QStringLiteral("measure.intruders"));
  setNote(tr("choose a finished run; it takes some seconds"));
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
  map_ = new MapTwin(this, kMapHeight);
  map_->view()->setAccessibleName(tr("Map of intruders"));
  for (PlotCard* plot : {plot_, layers_}) plot->setMinimumHeight(kPlotHeight);
  auto* warning = makeCaption(
      tr("Counts depend on the threshold and on the size of the update: read them beside ‖ΔW‖ / ‖W‖ and all c_j."));
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
  refresh();
  connect(menu_button_->menu(), &QMenu::aboutToShow, this, [this] { fillMenu(menu_button_->menu()); });
  connect(measure_, &SegmentBar::chosenChanged, this, &IntrudersCard::refresh);
  connect(threshold_, &QDoubleSpinBox::valueChanged, this, &IntrudersCard::refresh);
  connect(threshold_, &QDoubleSpinBox::valueChanged, this, &IntrudersCard::thresholdChanged);
  connect(map_->view(), &HeatMapView::cellChosen, this, [this](int row, int column) {
    place_ = placeAt(analyses_.back().modules, row, column);
    showPlot();
  });
}

void IntrudersCard::fillMenu(QMenu* menu) {
  menu->clear();
  for (const store::RunRecord& run : session_->runs()) {
    if (run.state != store::RunState::Finished) continue;
    const std::string name = run.group.empty() ? run.name : run.group + ", " + run.name;
    menu->addAction(QString::fromStdString(name), this, [this, id = run.id] { analyse(id); });
  }
  if (menu->isEmpty()) menu->addAction(tr("No run has finished yet"))->setEnabled(false);
}

void IntrudersCard::analyse(RunId run) {
  const store::RunRecord* record = session_->run(run);
  if (record == nullptr) return;
  IntruderAnalysis analysis;
  analysis.run = run;
  analysis.name = record->group.empty() ? record->name : record->group + ", " + record->name;
  analysis.style.method = record->method;
  analysis.style.colour = figures::rgb_from_text(record->colour);
  setNote(tr("computing %1…").arg(QString::fromStdString(analysis.name)));
  const QStringList arguments = {
      QStringLiteral("analyse"),     QString::number(run),        QStringLiteral("--what"), QStringLiteral("intruders"),
      QStringLiteral("--workspace"), session_->workspaceFolder(), QStringLiteral("--json")};
  program_->run(arguments, [this, analysis, arguments](const ProgramResult& result) {
    const QJsonObject answer = QJsonDocument::fromJson(result.output.toUtf8()).object();
    if (result.exit_code != 0 || answer.isEmpty()) {
      setNote({});
      const QString errors = result.errors.trimmed();
      message_->showMessage(Tone::Error, errors.isEmpty() ? tr("The run could not be analysed.") : errors,
                            tr("In a terminal: %1").arg(LorascopeProgram::commandLine(arguments)));
    } else {
      message_->clear();
      IntruderAnalysis done = analysis;
      done.modules = adapterModules(answer);
      addAnalysis(std::move(done));
    }
    Q_EMIT shown();
  });
}

void IntrudersCard::addAnalysis(IntruderAnalysis analysis) {
  std::erase_if(analyses_, [&](const IntruderAnalysis& other) { return other.run == analysis.run; });
  const RunId run = analysis.run;
  analyses_.push_back(std::move(analysis));
  refresh();
  Q_EMIT analysed(run);
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
  const bool any = !analyses_.empty() && !analyses_.back().modules.empty();
  for (QWidget* widget : std::initializer_list<QWidget*>{measure_, threshold_, map_, plot_, layers_})
    widget->setVisible(any);
  map_->setButtonsVisible(any);
  if (!any) return;
  const IntruderAnalysis& newest = analyses_.back();
  const std::vector<AdapterModule> modules = withCounts(newest.modules, threshold_->value());
  int total = 0;
  for (const AdapterModule& module : modules) total += intruderCount(module, threshold_->value());
  setNote(tr("%1: %2 in %3 matrices").arg(QString::fromStdString(newest.name)).arg(total).arg(modules.size()));
  map_->setMap(adapterMap(modules, measures()[static_cast<std::size_t>(measure_->chosen())]));
  if (!place_) place_ = placeAt(modules, map()->chosenRow(), map()->chosenColumn());
  showPlot();
}

void IntrudersCard::showPlot() {
  if (!place_) return;
  plot_->setFigure(closestFigure(analyses_, *place_, threshold_->value()));
  const AdapterMeasure& measure = measures()[static_cast<std::size_t>(measure_->chosen())];
  std::vector<IntruderAnalysis> counted;
  for (const IntruderAnalysis& analysis : analyses_) {
    counted.push_back(analysis);
    counted.back().modules = withCounts(analysis.modules, threshold_->value());
  }
  layers_->setFigure(measureByLayerFigure(counted, place_->kind, measure));
}

}  // namespace lorascope::ui
