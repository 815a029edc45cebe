#include "ui/weights/heat_map_card.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/plots/heat_map_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/weights/layer_map.h"
#include "ui/weights/map_twin.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

using figures::SpectrumMeasure;

constexpr SpectrumMeasure kMeasures[] = {SpectrumMeasure::RelativeNorm, SpectrumMeasure::Norm,
                                         SpectrumMeasure::StableRank, SpectrumMeasure::EffectiveRank,
                                         SpectrumMeasure::EnergyRank};
constexpr std::size_t kMostSegments = 4;
constexpr int kMapHeight = 140;

/// "FT" and "LoRA" where every group is of another method, else the groups' names.
QStringList shortNames(const std::vector<figures::RunGroup>& groups) {
  QStringList methods;
  QStringList names;
  for (const auto& group : groups) {
    const QString method = QString::fromStdString(group.style.method);
    methods.append(method == "ft" ? QStringLiteral("FT") : method == "lora" ? QStringLiteral("LoRA") : method);
    names.append(QString::fromStdString(group.name));
  }
  QStringList unique = methods;
  return unique.removeDuplicates() == 0 ? methods : names;
}

bool hasBaseNorms(std::span<const figures::RunSpectra> runs) {
  return std::any_of(runs.begin(), runs.end(), [](const auto& run) {
    return std::any_of(run.spectra.begin(), run.spectra.end(),
                       [](const auto& spectrum) { return spectrum.base_norm > 0; });
  });
}

}  // namespace

HeatMapCard::HeatMapCard(QWidget* parent)
    : Card(tr("By layer and module"), parent),
      group_choice_(new SegmentBar(tr("Runs of the map"))),
      measure_button_(new QToolButton) {
  addMeasureMenu();
  header()->addWidget(group_choice_);
  twin_ = new MapTwin(this, kMapHeight);
  body()->addWidget(twin_);
  connect(group_choice_, &SegmentBar::chosenChanged, this, &HeatMapCard::wished);
  connect(view(), &HeatMapView::cellChosen, this, &HeatMapCard::chooseCell);
}

void HeatMapCard::addMeasureMenu() {
  measure_button_->setFont(captionFont());
  measure_button_->setPopupMode(QToolButton::InstantPopup);
  measure_button_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  measure_button_->setIcon(themedIcon(QStringLiteral("arrow-down"), IconTone::Secondary));
  measure_button_->setIconSize(QSize(10, 10));
  measure_button_->setLayoutDirection(Qt::RightToLeft);
  measure_button_->setAccessibleName(tr("What the map shows"));
  auto* menu = new QMenu(this);
  for (const SpectrumMeasure measure : kMeasures) {
    menu->addAction(QString::fromStdString(figures::measure_label(measure)), this,
                    [this, measure] { setMeasure(measure); });
  }
  measure_button_->setMenu(menu);
  header()->addWidget(measure_button_);
}

HeatMapView* HeatMapCard::view() const {
  return twin_->view();
}

ExportPanel* HeatMapCard::exportPanel() {
  return twin_->exportPanel();
}

void HeatMapCard::setMeasure(SpectrumMeasure measure) {
  if (measure == measure_) return;
  measure_ = measure;
  Q_EMIT wished();
}

void HeatMapCard::setSpectra(std::span<const figures::RunSpectra> runs, const std::vector<figures::RunGroup>& groups,
                             std::optional<std::int64_t> step) {
  if (groups.empty()) return;
  if (measure_ == SpectrumMeasure::RelativeNorm && !hasBaseNorms(runs)) measure_ = SpectrumMeasure::Norm;
  QStringList names = shortNames(groups);
  QStringList tips;
  for (const auto& group : groups) tips.append(QString::fromStdString(group.name));
  while (names.size() > static_cast<qsizetype>(kMostSegments)) names.removeLast();
  const qsizetype num_groups = names.size();
  if (groups.size() == 2) {
    names.append(QStringLiteral("difference"));
    tips.append(tips[0] + QStringLiteral(" minus ") + tips[1]);
  }
  group_choice_->setSegments(names, tips);
  measure_button_->setText(QString::fromStdString(figures::measure_label(measure_)));
  const int chosen = group_choice_->chosen();
  const bool difference = chosen >= num_groups;
  const auto& group = groups[difference ? 0 : static_cast<std::size_t>(chosen)];
  HeatMap map = layerMap(runs, group, difference ? &groups[1] : nullptr, measure_, step);
  figures::ReportQuery pinned;
  pinned.kind = figures::ReportKind::LayerMap;
  pinned.curves.grouping = figures::Grouping::Setting;
  pinned.measure = measure_;
  pinned.step = step;
  pinned.group = group.name;
  if (difference) pinned.minus = groups[1].name;
  twin_->setPinQuery([pinned] { return pinned; });
  const LayerGrid grid = gridOf(runs);
  layers_ = grid.layers;
  kinds_ = grid.kinds;
  if (kind_.empty() && !map.values.empty()) {
    const std::size_t at = largestSharedCell(map.values, runs, groups, step);
    layer_ = layers_[at / kinds_.size()];
    kind_ = kinds_[at % kinds_.size()];
  }
  twin_->setMap(std::move(map));
  showChosen();
}

std::size_t HeatMapCard::largestSharedCell(const std::vector<double>& values, std::span<const figures::RunSpectra> runs,
                                           const std::vector<figures::RunGroup>& groups,
                                           std::optional<std::int64_t> step) const {
  std::vector<double> shared = values;
  for (const auto& group : groups) {
    const HeatMap other = layerMap(runs, group, nullptr, measure_, step);
    for (std::size_t i = 0; i < shared.size(); ++i) {
      if (!std::isfinite(other.values[i])) shared[i] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  const auto is_number = [](double value) { return std::isfinite(value); };
  if (std::none_of(shared.begin(), shared.end(), is_number)) shared = values;
  const auto largest = std::max_element(shared.begin(), shared.end(), [](double a, double b) {
    return (std::isfinite(a) ? a : -1) < (std::isfinite(b) ? b : -1);
  });
  return static_cast<std::size_t>(largest - shared.begin());
}

void HeatMapCard::choose(int layer, const std::string& kind) {
  layer_ = layer;
  kind_ = kind;
  showChosen();
  Q_EMIT moduleChosen(layer_, kind_);
}

void HeatMapCard::showChosen() {
  const auto row = std::find(layers_.begin(), layers_.end(), layer_);
  const auto column = std::find(kinds_.begin(), kinds_.end(), kind_);
  if (row == layers_.end() || column == kinds_.end()) return;
  view()->setChosen(static_cast<int>(row - layers_.begin()), static_cast<int>(column - kinds_.begin()));
}

void HeatMapCard::chooseCell(int row, int column) {
  choose(layers_[static_cast<std::size_t>(row)], kinds_[static_cast<std::size_t>(column)]);
}

}  // namespace lorascope::ui
