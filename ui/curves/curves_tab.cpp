#include "ui/curves/curves_tab.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/figures/curve_figure.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/score_table_card.h"
#include "ui/curves/series_source.h"
#include "ui/plots/plot_view.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/scroll_page.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

const QString kSettings = QStringLiteral("curves");
constexpr int kCardHeight = 248;  ///< at least: two of them and the scores fit a window of 800

/// Series that show how good a run is, the best known first.
const std::vector<std::string>& scoreSeries() {
  static const std::vector<std::string> names = {"eval/f1", "eval/exact_match", "eval/accuracy", "eval/loss"};
  return names;
}

figures::CurveOptions firstOptions(const std::string& series) {
  figures::CurveOptions options;
  options.grouping = figures::Grouping::Setting;
  options.band = figures::BandKind::Interval;
  if (!series.starts_with("eval/")) {
    options.log_y = series == "train/loss" || series == "train/grad_norm";
    options.smoothing = series == "train/lr" ? 0 : 0.6;
  }
  return options;
}

figures::CurveOptions keptOptions(const std::string& series) {
  figures::CurveOptions options = firstOptions(series);
  QSettings settings;
  settings.beginGroup(kSettings + '/' + QString::fromStdString(series).replace('/', '.'));
  options.x = static_cast<figures::XSource>(settings.value("x", static_cast<int>(options.x)).toInt());
  options.log_x = settings.value("log_x", options.log_x).toBool();
  options.log_y = settings.value("log_y", options.log_y).toBool();
  options.smoothing = settings.value("smoothing", options.smoothing).toDouble();
  const int grouping = settings.value("grouping", static_cast<int>(options.grouping)).toInt();
  options.grouping = grouping == figures::Grouping::Value
                         ? figures::Grouping::by(settings.value("group_by").toString().toStdString())
                         : figures::Grouping(static_cast<figures::Grouping::Kind>(grouping));
  options.band = static_cast<figures::BandKind>(settings.value("band", static_cast<int>(options.band)).toInt());
  options.outliers = settings.value("outliers", options.outliers).toBool();
  return options;
}

void keepOptions(const std::string& series, const figures::CurveOptions& options) {
  QSettings settings;
  settings.beginGroup(kSettings + '/' + QString::fromStdString(series).replace('/', '.'));
  settings.setValue("x", static_cast<int>(options.x));
  settings.setValue("log_x", options.log_x);
  settings.setValue("log_y", options.log_y);
  settings.setValue("smoothing", options.smoothing);
  settings.setValue("grouping", static_cast<int>(options.grouping));
  settings.setValue("group_by", QString::fromStdString(options.grouping.pointer()));
  settings.setValue("band", static_cast<int>(options.band));
  settings.setValue("outliers", options.outliers);
}

}  // namespace

CurvesTab::CurvesTab(SessionModel* session, QWidget* parent)
    : QWidget(parent), session_(session), pages_(new QStackedWidget(this)) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(pages_);
  empty_ = new EmptyState(QStringLiteral("curves"), tr("Curves grow here while runs train"));
  empty_->addButton(tr("Start a comparison"), true, [this] { Q_EMIT trainRequested(); });
  QScrollArea* scroll = makeScrollPage();
  auto* page = new QWidget;
  column_ = new QVBoxLayout(page);
  column_->setContentsMargins(kPadding, kPadding, kPadding, kPadding);
  column_->setSpacing(kPadding);
  scroll->setWidget(page);
  pages_->addWidget(empty_);
  pages_->addWidget(scroll);
  scores_ = new ScoreTableCard(session_);
  column_->addWidget(scores_);
  addMoreButton();
  addCard("train/loss");
  addCard(scoreSeries().front());
  for (const QString& name : QSettings().value(kSettings + "/more").toStringList())
    addCard(name.toStdString())->setRemovable();
  connect(session_, &SessionModel::runsChanged, this, &CurvesTab::updatePage);
  connect(session_, &SessionModel::workspaceOpened, this, &CurvesTab::updatePage);
  connect(session_, &SessionModel::newPoints, this, &CurvesTab::chooseScore);
  connect(session_, &SessionModel::newEvaluations, this, &CurvesTab::chooseScore);
  updatePage();
}

CurveCard* CurvesTab::addCard(const std::string& series) {
  auto* card = new CurveCard(session_, series);
  card->setMinimumHeight(kCardHeight);
  card->setOptions(keptOptions(series));
  card->rebuild();
  column_->insertWidget(static_cast<int>(cards_.size()), card, 1);
  cards_.push_back(card);
  connectOptions(card);
  alignPlots();
  connect(card, &CurveCard::drawn, this, &CurvesTab::shareRange);
  connect(card->view(), &PlotView::zoomChanged, this, [this, card] { shareZoom(card); });
  connect(card, &CurveCard::trainRequested, this, &CurvesTab::trainRequested);
  connect(card, &CurveCard::removeRequested, this, [this, card] { removeCard(card); });
  connect(card, &CurveCard::seriesChanged, this, [this, card] {
    if (cards_.size() > 1 && card == cards_[1]) score_chosen_ = true;
    keep();
  });
  return card;
}

void CurvesTab::connectOptions(CurveCard* card) {
  connect(card, &PlotCard::optionsChanged, this, [this, card] {
    keepOptions(card->series(), card->options());
    // One x axis for all plots, or the step cursor would run through different places.
    for (CurveCard* other : cards_) {
      figures::CurveOptions options = other->options();
      if (other == card || (options.x == card->options().x && options.log_x == card->options().log_x)) continue;
      options.x = card->options().x;
      options.log_x = card->options().log_x;
      other->setOptions(options);
      keepOptions(other->series(), options);
      other->rebuild();
    }
  });
}

void CurvesTab::addMoreButton() {
  auto* row = new QHBoxLayout;
  more_ = new QToolButton;
  more_->setText(tr("Add a plot"));
  more_->setIcon(themedIcon(QStringLiteral("plus"), IconTone::Secondary));
  more_->setIconSize(QSize(14, 14));
  more_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  more_->setPopupMode(QToolButton::InstantPopup);
  more_->setAccessibleName(tr("Add a plot of another series"));
  auto* menu = new QMenu(more_);
  more_->setMenu(menu);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] {
    menu->clear();
    for (const std::string& name : shownSeriesNames(*session_)) {
      menu->addAction(QString::fromStdString(figures::series_label(name)), this, [this, name] {
        addCard(name)->setRemovable();
        keep();
      });
    }
    if (menu->isEmpty()) menu->addAction(tr("No series yet"))->setEnabled(false);
  });
  row->addWidget(more_);
  row->addStretch(1);
  column_->addLayout(row);
}

void CurvesTab::removeCard(CurveCard* card) {
  std::erase(cards_, card);
  alignPlots();
  card->deleteLater();
  keep();
}

void CurvesTab::alignPlots() {
  std::vector<PlotView*> views;
  for (const CurveCard* card : cards_) views.push_back(card->view());
  PlotView::alignSideways(views);
}

void CurvesTab::shareRange() {
  std::optional<Range> whole;
  for (const CurveCard* card : cards_) {
    if (card->view()->figure().empty()) continue;
    const Range own = card->view()->fullRangeX();
    whole = whole ? Range{std::min(whole->low, own.low), std::max(whole->high, own.high)} : own;
  }
  for (CurveCard* card : cards_) card->view()->setLeastRangeX(whole);
}

void CurvesTab::shareZoom(CurveCard* from) {
  if (std::exchange(sharing_zoom_, true)) return;
  for (CurveCard* card : cards_) {
    if (card == from || card->view()->figure().empty()) continue;
    if (from->view()->isZoomed()) {
      card->view()->zoomTo(from->view()->rangeX());
    } else {
      card->view()->showAll();
    }
  }
  sharing_zoom_ = false;
}

void CurvesTab::keep() const {
  QStringList more;
  for (std::size_t i = 2; i < cards_.size(); ++i) more.append(QString::fromStdString(cards_[i]->series()));
  QSettings().setValue(kSettings + "/more", more);
}

void CurvesTab::chooseScore() {
  if (score_chosen_ || cards_.size() < 2) return;
  const std::vector<std::string> known = shownSeriesNames(*session_);
  for (const std::string& name : scoreSeries()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) continue;
    if (cards_[1]->series() != name) {
      cards_[1]->setSeries(name);
      score_chosen_ = false;
    }
    return;
  }
}

void CurvesTab::updatePage() {
  pages_->setCurrentIndex(session_->runs().empty() ? 0 : 1);
}

}  // namespace lorascope::ui
