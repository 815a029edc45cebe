#include "ui/weights/heat_map_card.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/figures/table_text.h"
#include "ui/plots/export_panel.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_data_model.h"
#include "ui/weights/layer_map.h"
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
    : Card(QStringLiteral("By layer and module"), parent),
      group_choice_(new SegmentBar(QStringLiteral("Runs of the map"))),
      measure_button_(new QToolButton),
      stack_(new QStackedWidget),
      view_(new HeatMapView),
      table_(new QTableView),
      export_(new ExportPanel),
      table_model_(new TableDataModel(this)) {
  addMeasureMenu();
  header()->addWidget(group_choice_);
  addTwinButtons();
  table_->setModel(table_model_);
  table_->setProperty("role", "surface");
  table_->setAccessibleName(QStringLiteral("Numbers of the map"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  table_->setShowGrid(false);
  stack_->addWidget(view_);
  stack_->addWidget(table_);
  stack_->addWidget(export_);
  export_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
  connect(export_, &ExportPanel::closed, this, [this] { showPage(view_); });
  stack_->setMinimumHeight(kMapHeight);
  body()->addWidget(stack_);
  connect(group_choice_, &SegmentBar::chosenChanged, this, &HeatMapCard::wished);
  connect(view_, &HeatMapView::cellChosen, this, &HeatMapCard::chooseCell);
}

void HeatMapCard::addMeasureMenu() {
  measure_button_->setFont(captionFont());
  measure_button_->setPopupMode(QToolButton::InstantPopup);
  measure_button_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  measure_button_->setIcon(themedIcon(QStringLiteral("arrow-down"), IconTone::Secondary));
  measure_button_->setIconSize(QSize(10, 10));
  measure_button_->setLayoutDirection(Qt::RightToLeft);
  measure_button_->setAccessibleName(QStringLiteral("What the map shows"));
  auto* menu = new QMenu(this);
  for (const SpectrumMeasure measure : kMeasures) {
    menu->addAction(QString::fromStdString(figures::measure_label(measure)), this,
                    [this, measure] { setMeasure(measure); });
  }
  measure_button_->setMenu(menu);
  header()->addWidget(measure_button_);
}

void HeatMapCard::addTwinButtons() {
  table_button_ = makeIconButton(QStringLiteral("table"), QStringLiteral("Show the map as a table"));
  auto* copy = makeIconButton(QStringLiteral("copy"), QStringLiteral("Copy the map's numbers as CSV"));
  export_button_ = makeIconButton(QStringLiteral("export"), QStringLiteral("Export the map as PDF, SVG, PNG or CSV"));
  table_button_->setCheckable(true);
  export_button_->setCheckable(true);
  for (QToolButton* button : {table_button_, copy, export_button_}) header()->addWidget(button);
  connect(table_button_, &QToolButton::clicked, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(table_) : view_); });
  connect(export_button_, &QToolButton::clicked, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(export_) : view_); });
  connect(copy, &QToolButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(QString::fromStdString(figures::csv_table(table_model_->table())));
  });
}

void HeatMapCard::showPage(QWidget* page) {
  if (page == export_) export_->setSource(exportable(figureOf(view_->map())));
  stack_->setCurrentWidget(page);
  stack_->setMinimumHeight(page == export_ ? export_->sizeHint().height() : kMapHeight);
  table_button_->setChecked(page == table_);
  export_button_->setChecked(page == export_);
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
  table_model_->setTable(mapTable(map));
  const LayerGrid grid = gridOf(runs);
  layers_ = grid.layers;
  kinds_ = grid.kinds;
  if (kind_.empty() && !map.values.empty()) {
    const std::size_t at = largestSharedCell(map.values, runs, groups, step);
    layer_ = layers_[at / kinds_.size()];
    kind_ = kinds_[at % kinds_.size()];
  }
  view_->setMap(std::move(map));
  if (stack_->currentWidget() == export_) export_->setSource(exportable(figureOf(view_->map())));
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
  view_->setChosen(static_cast<int>(row - layers_.begin()), static_cast<int>(column - kinds_.begin()));
}

void HeatMapCard::chooseCell(int row, int column) {
  choose(layers_[static_cast<std::size_t>(row)], kinds_[static_cast<std::size_t>(column)]);
}

}  // namespace lorascope::ui
