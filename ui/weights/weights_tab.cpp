#include "ui/weights/weights_tab.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_card.h"
#include "ui/weights/adapters_card.h"
#include "ui/weights/directions_card.h"
#include "ui/weights/heat_map_card.h"
#include "ui/weights/intruders_card.h"
#include "ui/weights/kept_share_card.h"
#include "ui/weights/layer_map.h"
#include "ui/weights/matrices_card.h"
#include "ui/weights/spectra_book.h"
#include "ui/weights/step_slider.h"
#include "ui/weights/surgery_card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/scroll_page.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kPlotHeight = 276;
constexpr int kRoomForTwoExports = 1100;
// Short titles: half of a narrow window has no room for more.
constexpr const char* kSpectrumTitles[] = {"Spectrum", "Energy", "Largest values"};
constexpr const char* kMeasureTitles[] = {"Stable rank", "Effective rank", "90 % energy rank", "‖ΔW‖ / ‖W‖"};
constexpr figures::SpectrumMeasure kMeasures[] = {figures::SpectrumMeasure::StableRank,
                                                  figures::SpectrumMeasure::EffectiveRank,
                                                  figures::SpectrumMeasure::EnergyRank,
                                                  figures::SpectrumMeasure::RelativeNorm};
/// What each measure says of a change that is noise.
constexpr const char* kMeasureFloors[] = {
    QT_TRANSLATE_NOOP("WeightsTab", "Noise of m × n has stable rank mn / (√m + √n)²: a quarter of n where m = n."),
    QT_TRANSLATE_NOOP("WeightsTab", "Noise has effective rank 0.80 n (m = n) to 0.97 n (m = 4 n): near that, directions mean nothing."),
    QT_TRANSLATE_NOOP("WeightsTab", "Noise needs 0.51 n (m = n) to 0.76 n (m = 4 n) values for 90 %."),
    QT_TRANSLATE_NOOP("WeightsTab", "Rounding alone changes a weight by 2.5e-8 of its size in fp32, 1.7e-3 in bf16.")};

}  // namespace

WeightsTab::WeightsTab(SessionModel* session, LorascopeProgram* program, QWidget* parent)
    : QWidget(parent),
      session_(session),
      book_(new SpectraBook(session, this)),
      pages_(new QStackedWidget(this)),
      adapters_(new AdaptersCard(session, program)),
      intruders_(new IntrudersCard(session, program)),
      matrices_(new MatricesCard(session, program)),
      kept_share_(new KeptShareCard(session, program)),
      directions_(new DirectionsCard(session, program)),
      surgery_(new SurgeryCard(session, program)) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(pages_);
  auto* empty = new EmptyState(QStringLiteral("weights"), tr("Spectra grow here while runs train"));
  empty->addButton(tr("Start a comparison"), true, [this] { Q_EMIT trainRequested(); });
  pages_->addWidget(empty);
  makePage();
  connect(book_, &SpectraBook::changed, this, &WeightsTab::refreshInView);
  connect(session_, &SessionModel::stepCursorChanged, this, &WeightsTab::refreshInView);
  connect(map_, &HeatMapCard::wished, this, &WeightsTab::updateMap);
  connect(map_, &HeatMapCard::moduleChosen, this, [this] {
    updateSpectrum();
    updateLayers();
    updateNumbers();
  });
  for (PlotCard* card : {spectrum_, layers_}) {
    connect(session_, &SessionModel::hoverRunChanged, card, [card](RunId id) { card->view()->setHighlightedRun(id); });
    connect(card->view(), &PlotView::runHovered, session_, &SessionModel::setHoverRun);
    connect(card->view(), &PlotView::runActivated, this, [this](qint64 id) { session_->select({id}); });
  }
  refresh();
}

void WeightsTab::makePage() {
  QScrollArea* scroll = makeScrollPage();
  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(kPadding, kPadding, kPadding, kPadding);
  column->setSpacing(kPadding);
  map_ = new HeatMapCard;
  column->addWidget(map_, 2);
  makeSpectrumCard();
  makeLayersCard();
  auto* row = new QHBoxLayout;
  row->setSpacing(kPadding);
  row->addWidget(spectrum_, 1);
  row->addWidget(layers_, 1);
  column->addLayout(row, 3);
  // Half of a narrow window is not enough for an export: the other half waits meanwhile.
  for (const auto& [opened, other] : {std::pair(spectrum_, layers_), std::pair(layers_, spectrum_)}) {
    connect(opened, &PlotCard::exportOpened, this,
            [this, other = other](bool open) { other->setVisible(!open || width() >= kRoomForTwoExports); });
  }
  numbers_ = new TableCard(QStringLiteral("Numbers"));
  connect(numbers_, &TableCard::runHovered, session_, &SessionModel::setHoverRun);
  connect(numbers_, &TableCard::runActivated, this, [this](qint64 run) { session_->select({run}); });
  column->addWidget(numbers_);
  column->addWidget(intruders_);
  column->addWidget(matrices_);
  column->addWidget(kept_share_);
  column->addWidget(directions_);
  column->addWidget(surgery_);
  column->addWidget(adapters_);
  connect(intruders_, &IntrudersCard::analysed, this, [this](RunId run) {
    kept_share_->setThreshold(intruders_->threshold());
    kept_share_->setRun(run);
    directions_->setRun(run);
    surgery_->setRun(run);
  });
  connect(intruders_, &IntrudersCard::thresholdChanged, kept_share_, &KeptShareCard::setThreshold);
  setPinQueries();
  setHelpTopic(map_, QStringLiteral("measure.relative_norm"));
  setHelpTopic(spectrum_, QStringLiteral("measure.spectrum"));
  setHelpTopic(layers_, QStringLiteral("measure.stable_rank"));
  setHelpTopic(numbers_, QStringLiteral("measure.effective_rank"));
  scroll->setWidget(page);
  pages_->addWidget(scroll);
}

void WeightsTab::setPinQueries() {
  const auto about = [this](figures::ReportKind kind) {
    figures::ReportQuery query;
    query.kind = kind;
    query.curves.grouping = figures::Grouping::Setting;
    query.step = step();
    query.module = moduleAt(book_->runs(), map_->chosenLayer(), map_->chosenKind());
    query.module_kind = map_->chosenKind();
    query.measure = kMeasures[measure_choice_->chosen()];
    return query;
  };
  spectrum_->setPinQuery([this, about] {
    switch (static_cast<View>(view_choice_->chosen())) {
      case View::Energy:
        return about(figures::ReportKind::Energy);
      case View::History:
        return fixedQuery(spectrum_->view()->figure());
      case View::Spectrum:
        break;
    }
    return about(figures::ReportKind::Spectrum);
  });
  layers_->setPinQuery([about] { return about(figures::ReportKind::Layers); });
  numbers_->setPinQuery([about] { return about(figures::ReportKind::Numbers); });
}

void WeightsTab::makeSpectrumCard() {
  spectrum_ = new PlotCard(PlotToolbar::LogY);
  spectrum_->setMinimumHeight(kPlotHeight);
  figures::CurveOptions options;
  options.log_y = true;
  spectrum_->setOptions(options);
  view_choice_ = new SegmentBar(tr("What is drawn of the spectrum"));
  view_choice_->setSegments(
      {QStringLiteral("σ"), QStringLiteral("energy"), QStringLiteral("steps")},
      {tr("Singular values by rank"), tr("Share of the energy in the first values"),
       tr("The largest singular values over the steps of the selected run")});
  spectrum_->toolbar()->addInFront(view_choice_);
  slider_ = new StepSlider;
  spectrum_->body()->addWidget(slider_);
  connect(view_choice_, &SegmentBar::chosenChanged, this, &WeightsTab::updateSpectrum);
  connect(slider_, &StepSlider::stepChosen, session_, [this](std::int64_t step) { session_->setStepCursor(step); });
  connect(slider_, &StepSlider::newestChosen, session_, [this] { session_->setStepCursor(std::nullopt); });
  connect(spectrum_->view(), &PlotView::cursorMoved, this, [this](double x) {
    if (static_cast<View>(view_choice_->chosen()) == View::History)
      session_->setStepCursor(static_cast<std::int64_t>(x));
  });
}

void WeightsTab::makeLayersCard() {
  layers_ = new PlotCard(PlotToolbar::LogY);
  layers_->setMinimumHeight(kPlotHeight);
  measure_choice_ = new SegmentBar(tr("Measure by layer"));
  measure_choice_->setSegments(
      {QStringLiteral("stable"), QStringLiteral("effective"), tr("90 %"), QStringLiteral("size")},
      {tr("Stable rank: Σσ² / σ₁²"), tr("Effective rank: exp of the entropy of σ"),
       tr("Values that hold 90 % of the energy"), tr("Size of the update against the weight")});
  layers_->toolbar()->addInFront(measure_choice_);
  layer_floor_ = makeCaption({});
  layer_floor_->setWordWrap(true);
  layers_->body()->addWidget(layer_floor_);
  connect(measure_choice_, &SegmentBar::chosenChanged, this, &WeightsTab::updateLayers);
}

void WeightsTab::openAdapter(const QString& folder) {
  adapters_->openFolder(folder);
  refresh();
}

void WeightsTab::chooseModule(int layer, const std::string& kind) {
  map_->choose(layer, kind);
}

void WeightsTab::refresh() {
  const bool has_spectra = !book_->runs().empty();
  pages_->setCurrentIndex(has_spectra || !adapters_->folders().isEmpty() ? 1 : 0);
  for (QWidget* card : std::initializer_list<QWidget*>{map_, spectrum_, layers_, numbers_})
    card->setVisible(has_spectra);
  if (!has_spectra) return;
  slider_->setSteps(book_->steps());
  slider_->setStep(step());
  updateMap();
  updateSpectrum();
  updateLayers();
  updateNumbers();
}

void WeightsTab::refreshInView() {
  is_stale_ = !isVisible();
  if (!is_stale_) refresh();
}

void WeightsTab::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (std::exchange(is_stale_, false)) refresh();
}

void WeightsTab::updateMap() {
  map_->setSpectra(book_->runs(), book_->groups(), step());
}

figures::FigureData WeightsTab::spectrumFigure(const std::string& module) const {
  figures::SpectrumOptions options;
  options.step = step();
  options.log_y = spectrum_->options().log_y;
  options.grouping = figures::Grouping::Setting;
  const auto& runs = book_->runs();
  switch (static_cast<View>(view_choice_->chosen())) {
    case View::Energy:
      return figures::energy_figure(runs, module, options);
    case View::History: {
      const auto selected = std::find_if(runs.begin(), runs.end(),
                                         [&](const auto& run) { return run.run.id == session_->selectedRun(); });
      return figures::spectrum_history_figure(selected != runs.end() ? *selected : runs.back(), module);
    }
    case View::Spectrum:
      break;
  }
  return figures::spectrum_figure(runs, module, options);
}

void WeightsTab::updateSpectrum() {
  figures::FigureData figure = spectrumFigure(moduleAt(book_->runs(), map_->chosenLayer(), map_->chosenKind()));
  const bool history = static_cast<View>(view_choice_->chosen()) == View::History;
  const figures::ModulePlace place{map_->chosenLayer(), map_->chosenKind()};
  figure.title = kSpectrumTitles[view_choice_->chosen()] + std::string(", ") + place.text();
  spectrum_->setFigure(std::move(figure));
  const auto cursor = step();
  if (history && cursor) {
    spectrum_->view()->setCursor(static_cast<double>(*cursor), tr("step %1").arg(countText(*cursor)));
  } else {
    spectrum_->view()->setCursor(std::nullopt);
  }
}

void WeightsTab::updateLayers() {
  figures::SpectrumOptions options;
  options.step = step();
  figures::FigureData figure = figures::layer_figure(
      book_->runs(), map_->chosenKind(), kMeasures[measure_choice_->chosen()], figures::Grouping::Setting, options);
  figure.title = kMeasureTitles[measure_choice_->chosen()] + std::string(", ") + map_->chosenKind();
  figure.y.log = layers_->options().log_y;
  layers_->setFigure(std::move(figure));
  layer_floor_->setText(tr(kMeasureFloors[measure_choice_->chosen()]));
  matrices_->setKind(map_->chosenKind());
}

void WeightsTab::updateNumbers() {
  const std::string module = moduleAt(book_->runs(), map_->chosenLayer(), map_->chosenKind());
  directions_->setModule(module);
  numbers_->setTable(numbersTable(book_->runs(), book_->groups(), module, step()));
}

}  // namespace lorascope::ui
