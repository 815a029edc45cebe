#include "ui/compare/compare_tab.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>
#include <algorithm>
#include <set>

#include "core/figures/compare_inputs.h"
#include "core/figures/curve_figure.h"
#include "core/figures/mixture_table.h"
#include "ui/compare/evidence_book.h"
#include "ui/compare/parallel_card.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/series_source.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_card.h"
#include "ui/plots/undoable.h"
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
constexpr figures::Grouping::Kind kGroupings[] = {figures::Grouping::Method, figures::Grouping::Setting,
                                                  figures::Grouping::None, figures::Grouping::Value};
constexpr int kByValue = 3;
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
                        "seeds", "p, seeds", "p, examples", "trained", "published"});
  setHelpTopic(table_, QStringLiteral("measure.significance"));
  settings_ = new TableCard(tr("Settings that differ"));
  mixtures_ = new TableCard(tr("Methods by tasks"));
  mixtures_->setPinQuery([this] { return query(figures::ReportKind::Mixtures); });
  mixtures_->hide();
  table_->setPinQuery([this] { return query(figures::ReportKind::Comparison); });
  settings_->setPinQuery([this] { return query(figures::ReportKind::Settings); });
  parallel_ = new ParallelCard;
  column->addWidget(buildBar());
  column->addWidget(table_);
  column->addWidget(mixtures_);
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
  for (TableCard* card : {table_, settings_, mixtures_}) {
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
  choice_.grouping = std::clamp(QSettings().value(kGroupingKey, 1).toInt(), 0, 2);
  group_choice_->choose(choice_.grouping);
  baseline_button_ = makeMenuButton(tr("The group that others are compared with"));
  score_button_ = makeMenuButton(tr("The score that is compared"));
  setting_button_ = makeMenuButton(tr("Group by one setting"));
  setting_button_->setText(tr("by…"));
  row->addWidget(group_choice_);
  row->addWidget(setting_button_);
  row->addStretch(1);
  row->addWidget(makeCaption(tr("baseline")));
  row->addWidget(baseline_button_);
  row->addWidget(makeCaption(tr("score")));
  row->addWidget(score_button_);
  connect(group_choice_, &SegmentBar::chosenChanged, this, [this](int index) {
    Choice next = choice_;
    next.grouping = index;
    choose(next, tr("grouping of the comparison"));
  });
  connect(setting_button_->menu(), &QMenu::aboutToShow, this, [this] {
    QMenu* menu = setting_button_->menu();
    menu->clear();
    for (const std::string& pointer : settingsThatDiffer(*session_)) {
      menu->addAction(QString::fromStdString(figures::setting_label(pointer)), this,
                      [this, pointer] { setGrouping(figures::Grouping::by(pointer)); });
    }
    if (menu->isEmpty()) menu->addAction(tr("The runs differ in nothing"))->setEnabled(false);
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
  if (choice_.grouping == kByValue) return figures::Grouping::by(choice_.setting);
  return kGroupings[choice_.grouping];
}

void CompareTab::setBaseline(const std::string& group) {
  Choice next = choice_;
  next.baseline = group;
  choose(next, tr("baseline %1").arg(QString::fromStdString(group)));
}

void CompareTab::setGrouping(const figures::Grouping& grouping) {
  Choice next = choice_;
  for (int i = 0; i <= kByValue; ++i) {
    if (grouping == kGroupings[i]) next.grouping = i;
  }
  next.setting = grouping.pointer();
  choose(next, tr("grouping of the comparison"));
}

void CompareTab::choose(const Choice& next, const QString& what) {
  const Choice before = choice_;
  if (next == before) return;
  apply(next);
  announceChoice(this, {.text = what,
                        .redo = [this, next] { apply(next); },
                        .undo = [this, before] { apply(before); },
                        .source = this});
}

void CompareTab::apply(const Choice& choice) {
  choice_ = choice;
  const QSignalBlocker quiet(group_choice_);
  QStringList segments = {tr("by method"), tr("by setting"), tr("single runs")};
  if (choice.grouping == kByValue)
    segments.append(tr("by %1").arg(QString::fromStdString(figures::setting_label(choice.setting))));
  group_choice_->setSegments(segments);
  group_choice_->choose(choice.grouping);
  // One setting is a choice for these runs; others may not have it.
  if (choice.grouping != kByValue) QSettings().setValue(kGroupingKey, choice.grouping);
  refresh();
}

figures::ReportQuery CompareTab::query(figures::ReportKind kind) const {
  figures::ReportQuery query;
  query.kind = kind;
  query.curves.grouping = grouping();
  query.score = choice_.score;
  query.baseline = choice_.baseline;
  return query;
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
    const QString label = QString::fromStdString(figures::series_label(name));
    menu->addAction(label, this, [this, name, label] {
      Choice next = choice_;
      next.score = name;
      choose(next, tr("comparison by %1").arg(label));
    });
  }
  if (names.empty()) menu->addAction(tr("No run has finished yet"))->setEnabled(false);
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
  std::string marks = choice_.score + '\n' + choice_.baseline + '\n' + std::to_string(choice_.grouping) + choice_.setting + '\n' +
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
    mixtures_->hide();
    return;
  }
  if (std::string now = marks(runs); now != shown_) {
    shown_ = std::move(now);
  } else {
    return;
  }
  figures::CompareOptions options;
  options.grouping = grouping();
  options.score = choice_.score.empty() ? figures::main_score(runs) : choice_.score;
  options.baseline = choice_.baseline;
  options.measures = figures::group_measures(runs, spectra_->runs(), options.grouping);
  options.evidence = evidence_->evidence();
  options.references = figures::published_numbers(session_->studies(), runs, options.grouping, options.score);
  figures::TableData table = figures::compare_table(runs, options);
  if (!table.rows.empty()) baseline_button_->setText(QString::fromStdString(table.rows.front().cells.front().text));
  score_button_->setText(options.score.empty() ? tr("none yet")
                                               : QString::fromStdString(figures::series_label(options.score)));
  table_->setTable(std::move(table));
  const bool mixes = figures::has_mixtures(runs);
  mixtures_->setVisible(mixes);
  if (mixes) mixtures_->setTable(figures::mixture_table(runs, evidence_->speeds()));
  settings_->setTable(figures::settings_table(runs, grouping(), choice_.baseline));
  std::vector<std::string> scores;
  for (const std::string& name : {std::string("eval/loss"), options.score}) {
    if (!name.empty()) scores.push_back(name);
  }
  parallel_->setData(figures::parallel_data(runs, scores));
  if (const std::string series = validationSeries(*session_); validation_->series() != series) {
    validation_->setSeries(series);
  }
  if (!options.score.empty()) evidence_->want(options.grouping, choice_.baseline, options.score);
}

}  // namespace lorascope::ui
