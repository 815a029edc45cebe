#include "ui/inspect/inspect_views.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/inspect/inspect_figures.h"
#include "ui/inspect/pair_card.h"
#include "ui/inspect/path_card.h"
#include "ui/inspect/token_strip.h"
#include "ui/mixtures/gate_card.h"
#include "ui/mixtures/scaling_card.h"
#include "ui/mixtures/scaling_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/segment_bar.h"
#include "ui/widgets/card.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kPlotHeight = 250;
constexpr int kWidthForTwo = 520;

PlotCard* makePlot() {
  auto* card = new PlotCard(PlotToolbar::Controls());
  card->setMinimumHeight(kPlotHeight);
  return card;
}

/// The first token with something to say: one with another tag than O, the answer's beginning, else the first word.
int interestingToken(const InspectAnswer& answer, std::size_t row) {
  for (const InspectAnswer::Word& word : answer.words)
    if (word.label != QStringLiteral("O") && word.first >= 0) return word.first;
  const auto& tokens = answer.rows[row].tokens;
  const std::size_t first = answer.rows[row].first;
  if (answer.starts.size() >= first + tokens.size()) {
    const auto begin = answer.starts.begin() + static_cast<std::ptrdiff_t>(first);
    return static_cast<int>(std::max_element(begin, begin + static_cast<std::ptrdiff_t>(tokens.size())) - begin);
  }
  for (std::size_t t = 0; t < tokens.size(); ++t)
    if (tokens[t].sequence >= 0) return static_cast<int>(t);
  return -1;
}

}  // namespace

InspectViews::InspectViews(SessionModel* session, QWidget* parent)
    : QWidget(parent),
      strip_area_(new Card(tr("Tokens"))),
      plots_(new QGridLayout),
      strip_(new TokenStrip),
      rows_(new SegmentBar(tr("Row of the input"))),
      words_(new SegmentBar(tr("Pieces or words"))),
      scalings_(new ScalingCard(tr("Scalings, tokens × blocks"))),
      distances_(makePlot()),
      bars_(makePlot()),
      pair_distances_(makePlot()),
      paths_(new PathCard),
      pair_(new PairCard),
      gate_(new GateCard(session)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kPadding);
  auto* tokens = static_cast<Card*>(strip_area_);
  words_->setSegments({tr("pieces"), tr("words")}, {tr("As the model sees them"), tr("Pieces put together")});
  tokens->header()->addWidget(rows_);
  tokens->header()->addWidget(words_);
  tokens->body()->addWidget(strip_);
  column->addWidget(strip_area_);
  column->addWidget(scalings_);
  column->addWidget(pair_);
  column->addLayout(plots_);
  plots_->setSpacing(kPadding);
  for (QWidget* plot : std::initializer_list<QWidget*>{bars_, paths_, distances_, pair_distances_}) plot->setParent(this);
  column->addWidget(gate_);
  setHelpTopic(scalings_, QStringLiteral("measure.scalings"));
  setHelpTopic(bars_, QStringLiteral("measure.scalings"));
  setHelpTopic(gate_, QStringLiteral("measure.scalings"));
  setHelpTopic(distances_, QStringLiteral("measure.base_distance"));
  setHelpTopic(paths_, QStringLiteral("measure.trajectory"));
  setHelpTopic(pair_, QStringLiteral("measure.pair_distance"));
  setHelpTopic(pair_distances_, QStringLiteral("measure.pair_distance"));
  connect(words_, &SegmentBar::chosenChanged, this, [this](int chosen) { strip_->setWordsMerged(chosen == 1); });
  connect(rows_, &SegmentBar::chosenChanged, this, &InspectViews::chooseRow);
  connect(strip_, &TokenStrip::tokenChosen, this, &InspectViews::chooseToken);
  connect(scalings_, &ScalingCard::tokenChosen, this, &InspectViews::chooseToken);
  connect(strip_, &TokenStrip::tokenHovered, this, &InspectViews::hoverToken);
  connect(scalings_, &ScalingCard::tokenHovered, this, &InspectViews::hoverToken);
  connect(pair_, &PairCard::tokenHovered, this, &InspectViews::hoverToken);
  connect(scalings_, &ScalingCard::kindChanged, this, &InspectViews::draw);
  paths_->setMinimumHeight(kPlotHeight);
  clear();
}

void InspectViews::setMethod(const std::string& method) { method_ = method; }

void InspectViews::clear() {
  answer_.reset();
  before_.reset();
  token_ = -1;
  row_ = 0;
  for (QWidget* view : std::initializer_list<QWidget*>{strip_area_, scalings_, distances_, paths_, bars_}) view->hide();
  clearPair();
}

void InspectViews::clearPair() {
  pair_->hide();
  pair_distances_->hide();
  placePlots();
}

void InspectViews::placePlots() {
  std::vector<QWidget*> shown;
  for (QWidget* plot : std::initializer_list<QWidget*>{bars_, paths_, distances_, pair_distances_})
    if (!plot->isHidden()) shown.push_back(plot);
  const int columns = width() < kWidthForTwo ? 1 : 2;
  if (shown == placed_ && columns == placed_columns_) return;
  for (QWidget* plot : placed_) plots_->removeWidget(plot);
  placed_ = shown;
  placed_columns_ = columns;
  for (int i = 0; i < static_cast<int>(shown.size()); ++i) {
    const bool is_alone = i % columns == 0 && i + 1 == static_cast<int>(shown.size());
    plots_->addWidget(shown[static_cast<std::size_t>(i)], i / columns, i % columns, 1, is_alone ? columns : 1);
  }
  plots_->setColumnStretch(0, 1);
  plots_->setColumnStretch(1, columns - 1);
}

void InspectViews::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  placePlots();
}

void InspectViews::setAnswer(std::shared_ptr<const InspectAnswer> answer, std::shared_ptr<const InspectAnswer> before) {
  const bool same_text = answer_ && answer_->rows.size() == answer->rows.size() && answer_->numTokens() == answer->numTokens();
  answer_ = std::move(answer);
  before_ = std::move(before);
  if (answer_->rows.empty()) return clear();
  if (!same_text) {
    row_ = answer_->mainRow();
    token_ = interestingToken(*answer_, row_);
  }
  QStringList names;
  const bool are_endings = !answer_->choices.empty();
  for (std::size_t row = 0; row < answer_->rows.size(); ++row)
    names.append(are_endings ? tr("ending %1 · %2").arg(row + 1).arg(answer_->choices[row], 0, 'f', 2)
                             : tr("window %1").arg(row + 1));
  rows_->setVisible(names.size() > 1);
  if (names != rows_->segments()) rows_->setSegments(names);
  rows_->choose(static_cast<int>(row_));
  draw();
  Q_EMIT tokenChosen(token_);
}

void InspectViews::chooseRow(int row) {
  if (!answer_ || row < 0 || static_cast<std::size_t>(row) == row_ || row >= static_cast<int>(answer_->rows.size())) return;
  row_ = static_cast<std::size_t>(row);
  token_ = interestingToken(*answer_, row_);
  draw();
  Q_EMIT tokenChosen(token_);
}

void InspectViews::chooseToken(int token) {
  if (!answer_ || token == token_) return;
  token_ = token;
  draw();
  Q_EMIT tokenChosen(token_);
}

void InspectViews::hoverToken(int token) {
  if (!answer_) return;
  strip_->setHovered(token);
  scalings_->view()->setHovered(token);
  // The pair's map is of the first rows.
  pair_->setHovered(row_ == 0 ? token : -1);
  const bool is_other = token >= 0 && token != token_;
  paths_->view()->setPointed(is_other ? pathFigure(*answer_, row_, token, method_).lines : std::vector<figures::Line>());
}

void InspectViews::draw() {
  if (!answer_) return;
  strip_area_->show();
  strip_->setAnswer(answer_, row_);
  strip_->setChosen(token_);
  const InspectAnswer::Row& row = answer_->rows[row_];
  const bool has_map = answer_->scalings && (answer_->has_gate || answer_->scalings->adapters.size() > 1);
  scalings_->setVisible(has_map);
  bars_->setVisible(has_map);
  if (has_map) {
    scalings_->kindChoice()->setVisible(answer_->has_gate);
    scalings_->setScalings(answer_->scalings, row.first, row.first + row.tokens.size());
    scalings_->view()->setChosen(token_);
    bars_->setFigure(figures::token_figure(*answer_->scalings, scalings_->view()->kind(),
                                           row.first + static_cast<std::size_t>(std::max(0, token_))));
  }
  distances_->setVisible(method_ != "base");
  distances_->setFigure(distanceFigure(*answer_, *before_, row_, token_, method_));
  paths_->show();
  paths_->setFigure(pathFigure(*answer_, row_, token_, method_));
  placePlots();
}

void InspectViews::setPair(const PairAnswer& pair) {
  pair_->setPair(pair, method_ != "base");
  pair_->show();
  pair_distances_->setFigure(pairFigure(pair, method_));
  pair_distances_->show();
  placePlots();
}

}  // namespace lorascope::ui
