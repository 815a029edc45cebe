#include "ui/compare/compare_tab.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/figures/curve_figure.h"
#include "core/study/study.h"
#include "ui/compare/evidence_book.h"
#include "ui/compare/parallel_card.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/series_source.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_card.h"
#include "ui/weights/layer_map.h"
#include "ui/weights/spectra_book.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/scroll_page.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kSoonMs = 60;
constexpr int kCurveHeight = 230;
constexpr int kRoomForTwo = 1000;  ///< from this width on two curves stand beside each other
constexpr figures::Grouping kGroupings[] = {figures::Grouping::Method, figures::Grouping::Setting,
                                            figures::Grouping::None};
const QString kGroupingKey = QStringLiteral("compare/grouping");

QToolButton* makeMenuButton(const QString& name) {
  auto* button = new QToolButton;
  button->setPopupMode(QToolButton::InstantPopup);
  button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  button->setIcon(themedIcon(QStringLiteral("arrow-down"), IconTone::Secondary));
  button->setIconSize(QSize(10, 10));
  button->setLayoutDirection(Qt::RightToLeft);  // the arrow behind the word
  button->setAccessibleName(name);
  button->setToolTip(name);
  button->setMenu(new QMenu(button));
  return button;
}

std::string validationSeries(const SessionModel& session) {
  const std::vector<std::string> known = shownSeriesNames(session);
  for (const char* name : {"eval/f1", "eval/exact_match", "eval/accuracy", "eval/loss"}) {
    if (std::find(known.begin(), known.end(), name) != known.end()) return name;
  }
  return "eval/f1";
}

std::string modelOf(const store::RunRecord& run) {
  try {
    return study::RunSettings::from_json(run.settings).model;
  } catch (const Error&) {
    return {};  // settings of another version
  }
}

}  // namespace

CompareTab::CompareTab(SessionModel* session, SpectraBook* spectra, QWidget* parent)
    : QWidget(parent),
      session_(session),
      spectra_(spectra),
      evidence_(new EvidenceBook(session, this)),
      soon_(new QTimer(this)),
      pages_(new QStackedWidget(this)) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(pages_);
  auto* empty = new EmptyState(QStringLiteral("table"), tr("Runs are compared here once there are some"));
  empty->addButton(tr("Start a comparison"), true, [this] { Q_EMIT trainRequested(); });
  pages_->addWidget(empty);
  QScrollArea* scroll = makeScrollPage();
  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(kPadding, kPadding, kPadding, kPadding);
  column->setSpacing(kPadding);
  table_ = new TableCard(tr("Comparison"));
  table_->setFirstToGo({"speed", "relative size", "peak memory", "best step", "effective rank", "time", "stable rank",
                        "seeds", "p", "trained", "published"});
  setHelpTopic(table_, QStringLiteral("measure.significance"));
  settings_ = new TableCard(tr("Settings that differ"));
  parallel_ = new ParallelCard;
  column->addWidget(buildBar());
  column->addWidget(table_);
  column->addWidget(settings_);
  column->addWidget(buildCurves());
  column->addWidget(parallel_);
  column->addStretch(1);
  scroll->setWidget(page);
  pages_->addWidget(scroll);
  soon_->setSingleShot(true);
  soon_->setInterval(kSoonMs);
  connect(soon_, &QTimer::timeout, this, &CompareTab::refresh);
  for (const auto signal : {&SessionModel::shownRunsChanged, &SessionModel::workspaceOpened}) {
    connect(session_, signal, this, &CompareTab::refreshSoon);
  }
  connect(session_, &SessionModel::runsChanged, this, &CompareTab::refreshSoon);
  connect(spectra_, &SpectraBook::changed, this, &CompareTab::refreshSoon);
  connect(evidence_, &EvidenceBook::changed, this, &CompareTab::refreshSoon);
  for (TableCard* card : {table_, settings_}) {
    connect(card, &TableCard::runHovered, session_, &SessionModel::setHoverRun);
    connect(card, &TableCard::runActivated, this, [this](qint64 run) { session_->select({run}); });
  }
  connect(parallel_, &ParallelCard::runHovered, session_, &SessionModel::setHoverRun);
  connect(parallel_, &ParallelCard::runActivated, this, [this](qint64 run) { session_->select({run}); });
  connect(session_, &SessionModel::hoverRunChanged, parallel_, &ParallelCard::setHighlightedRun);
  refresh();
}

QWidget* CompareTab::buildBar() {
  auto* bar = new QWidget;
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGap);
  group_choice_ = new SegmentBar(tr("Which runs are one group"));
  group_choice_->setSegments({tr("by method"), tr("by setting"), tr("single runs")});
  group_choice_->choose(QSettings().value(kGroupingKey, 1).toInt());
  baseline_button_ = makeMenuButton(tr("The group that others are compared with"));
  score_button_ = makeMenuButton(tr("The score that is compared"));
  row->addWidget(group_choice_);
  row->addStretch(1);
  row->addWidget(makeCaption(tr("baseline")));
  row->addWidget(baseline_button_);
  row->addWidget(makeCaption(tr("score")));
  row->addWidget(score_button_);
  connect(group_choice_, &SegmentBar::chosenChanged, this, [this](int index) {
    QSettings().setValue(kGroupingKey, index);
    refresh();
  });
  connect(baseline_button_->menu(), &QMenu::aboutToShow, this, &CompareTab::fillBaselines);
  connect(score_button_->menu(), &QMenu::aboutToShow, this, &CompareTab::fillScores);
  return bar;
}

QWidget* CompareTab::buildCurves() {
  auto* row = new QWidget;
  curve_row_ = new QBoxLayout(QBoxLayout::TopToBottom, row);
  curve_row_->setContentsMargins(0, 0, 0, 0);
  curve_row_->setSpacing(kPadding);
  loss_ = new CurveCard(session_, "train/loss");
  validation_ = new CurveCard(session_, "eval/f1");
  figures::CurveOptions options;
  options.grouping = figures::Grouping::Setting;
  options.band = figures::BandKind::Interval;
  validation_->setOptions(options);
  options.log_y = true;
  options.smoothing = 0.6;
  loss_->setOptions(options);
  for (CurveCard* card : {loss_, validation_}) {
    card->setMinimumHeight(kCurveHeight);
    curve_row_->addWidget(card, 1);
    connect(card, &CurveCard::trainRequested, this, &CompareTab::trainRequested);
    card->rebuild();
  }
  // Half of a narrow window is not enough for an export: the other half waits meanwhile.
  connect(loss_, &PlotCard::exportOpened, validation_, [this](bool open) { validation_->setVisible(!open); });
  connect(validation_, &PlotCard::exportOpened, loss_, [this](bool open) { loss_->setVisible(!open); });
  return row;
}

figures::Grouping CompareTab::grouping() const {
  return kGroupings[group_choice_->chosen()];
}

void CompareTab::setBaseline(const std::string& group) {
  baseline_ = group;
  refresh();
}

void CompareTab::setGrouping(figures::Grouping grouping) {
  for (int i = 0; i < 3; ++i) {
    if (kGroupings[i] == grouping) group_choice_->choose(i);
  }
  refresh();
}

std::vector<store::RunRecord> CompareTab::shownRecords() const {
  std::vector<store::RunRecord> runs;
  for (const RunId id : session_->shownRuns()) {
    if (const store::RunRecord* run = session_->run(id)) runs.push_back(*run);
  }
  return runs;
}

void CompareTab::fillBaselines() {
  QMenu* menu = baseline_button_->menu();
  menu->clear();
  const std::vector<store::RunRecord> runs = shownRecords();
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : runs) records.push_back(&run);
  for (const figures::RunGroup& group : figures::group_runs(records, grouping())) {
    menu->addAction(QString::fromStdString(group.name), this, [this, name = group.name] { setBaseline(name); });
  }
}

void CompareTab::fillScores() {
  QMenu* menu = score_button_->menu();
  menu->clear();
  std::set<std::string> names;
  for (const store::RunRecord& run : shownRecords()) {
    for (const auto& [split, scores] : run.result.scores) {
      for (const auto& [metric, value] : scores) {
        if (metric.find('.') == std::string::npos) names.insert(split + '/' + metric);
      }
    }
  }
  for (const std::string& name : names) {
    menu->addAction(QString::fromStdString(figures::series_label(name)), this, [this, name] {
      score_ = name;
      refresh();
    });
  }
  if (names.empty()) menu->addAction(tr("No run has finished yet"))->setEnabled(false);
}

std::map<std::string, std::map<std::string, double>> CompareTab::measures(
    const std::vector<store::RunRecord>& runs) const {
  using figures::SpectrumMeasure;
  const std::pair<const char*, SpectrumMeasure> wanted[] = {{"stable rank", SpectrumMeasure::StableRank},
                                                            {"effective rank", SpectrumMeasure::EffectiveRank},
                                                            {"relative size", SpectrumMeasure::RelativeNorm}};
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : runs) records.push_back(&run);
  const std::vector<figures::RunSpectra>& spectra = spectra_->runs();
  std::map<std::string, std::map<std::string, double>> result;
  for (const figures::RunGroup& group : figures::group_runs(records, grouping())) {
    figures::RunGroup own{group.name, {}, group.style};
    for (std::size_t i = 0; i < spectra.size(); ++i) {
      const auto is_it = [&](std::size_t member) { return runs[member].id == spectra[i].run.id; };
      if (std::any_of(group.members.begin(), group.members.end(), is_it)) own.members.push_back(i);
    }
    if (own.members.empty()) continue;
    for (const auto& [name, measure] : wanted) {
      double sum = 0;
      int count = 0;
      for (const std::string& module : figures::modules_of(spectra)) {
        const double value = groupMeasure(spectra, own, module, measure, std::nullopt);
        if (!std::isfinite(value)) continue;
        sum += value;
        ++count;
      }
      if (count > 0) result[group.name][name] = sum / count;
    }
  }
  return result;
}

std::vector<figures::Reference> CompareTab::references(const std::vector<store::RunRecord>& runs,
                                                       const std::string& score) const {
  std::vector<const store::RunRecord*> records;
  for (const store::RunRecord& run : runs) records.push_back(&run);
  const std::vector<figures::RunGroup> groups = figures::group_runs(records, grouping());
  std::set<std::string> studies;
  for (const store::RunRecord& run : runs) studies.insert(run.study);
  const std::string metric = score.substr(score.find('/') + 1);
  std::vector<figures::Reference> result;
  for (const store::StudyRecord& record : session_->studies()) {
    if (!studies.contains(record.name)) continue;
    const study::StudyReading reading =
        study::read_study(record.source, record.path, {.data_folder = {}, .check_files = false});
    for (const study::Reference& known : reading.study.references) {
      const auto value = known.values.find(metric);
      if (value == known.values.end() || known.task != runs.front().task) continue;
      figures::Reference reference{known.model + " " + figures::method_name(known.method), score, value->second,
                                   known.source};
      if (figures::is_share(metric, known.task)) reference.value *= 100;
      // Beside a group only where it is about the same encoder; otherwise a row of its own.
      for (const figures::RunGroup& group : groups) {
        const store::RunRecord& first = runs[group.members.front()];
        if (first.method == known.method && modelOf(first) == known.model) reference.group = group.name;
      }
      result.push_back(std::move(reference));
    }
  }
  return result;
}

void CompareTab::refreshSoon() {
  if (isVisible() && !soon_->isActive()) soon_->start();
}

void CompareTab::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  refresh();
}

void CompareTab::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  curve_row_->setDirection(width() >= kRoomForTwo ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

/// Everything of the shown runs that this page shows: heartbeats alone change nothing here.
std::string CompareTab::marks(const std::vector<store::RunRecord>& runs) const {
  std::string marks = score_ + '\n' + baseline_ + '\n' + std::to_string(group_choice_->chosen()) + '\n' +
                      std::to_string(evidence_->number());
  for (const store::RunRecord& run : runs) {
    marks += '\n' + std::to_string(run.id) + std::string(store::text(run.state)) + run.name + run.group + run.colour +
             std::to_string(run.best ? run.best->step : 0) + ' ' + std::to_string(run.result.scores.size());
  }
  for (const figures::RunSpectra& spectra : spectra_->runs()) marks += ' ' + std::to_string(spectra.spectra.size());
  return marks;
}

void CompareTab::refresh() {
  const std::vector<store::RunRecord> runs = shownRecords();
  pages_->setCurrentIndex(session_->runs().empty() ? 0 : 1);
  if (runs.empty()) {
    shown_.clear();
    table_->setTable(figures::compare_table(runs));
    return;
  }
  if (std::string now = marks(runs); now != shown_) {
    shown_ = std::move(now);
  } else {
    return;
  }
  figures::CompareOptions options;
  options.grouping = grouping();
  options.score = score_.empty() ? figures::main_score(runs) : score_;
  options.baseline = baseline_;
  options.measures = measures(runs);
  options.evidence = evidence_->evidence();
  options.references = references(runs, options.score);
  figures::TableData table = figures::compare_table(runs, options);
  if (!table.rows.empty()) baseline_button_->setText(QString::fromStdString(table.rows.front().cells.front().text));
  score_button_->setText(options.score.empty() ? tr("none yet")
                                               : QString::fromStdString(figures::series_label(options.score)));
  table_->setTable(std::move(table));
  settings_->setTable(figures::settings_table(runs, grouping(), baseline_));
  std::vector<std::string> scores;
  for (const std::string& name : {std::string("eval/loss"), options.score}) {
    if (!name.empty()) scores.push_back(name);
  }
  parallel_->setData(figures::parallel_data(runs, scores));
  if (const std::string series = validationSeries(*session_); validation_->series() != series) {
    validation_->setSeries(series);
  }
  if (!options.score.empty()) evidence_->want(options.grouping, baseline_, options.score);
}

}  // namespace lorascope::ui
