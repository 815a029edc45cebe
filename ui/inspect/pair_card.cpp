#include "ui/inspect/pair_card.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/figures/heat_map.h"
#include "ui/inspect/inspect_figures.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_data_model.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

PairCard::PairCard(QWidget* parent)
    : Card(tr("Aligned tokens"), parent),
      first_(makeParagraph({})),
      second_(makeParagraph({})),
      map_(new HeatMapView),
      choice_(new SegmentBar(tr("What the map shows"))),
      stack_(new QStackedWidget),
      table_(new QTableView),
      table_model_(new TableDataModel(this)) {
  choice_->setSegments({tr("tuned"), tr("difference")},
                       {tr("Distance of aligned tokens in the tuned model"), tr("How much larger than in the base")});
  header()->addWidget(choice_);
  auto* table_button = makeIconButton(QStringLiteral("table"), tr("Show the map as a table"));
  table_button->setCheckable(true);
  header()->addWidget(table_button);
  connect(table_button, &QToolButton::toggled, this, [this](bool open) { stack_->setCurrentIndex(open ? 1 : 0); });
  connect(choice_, &SegmentBar::chosenChanged, this, &PairCard::draw);
  connect(map_, &HeatMapView::columnHovered, this, [this](int column) {
    const bool is_token = column >= 0 && column < static_cast<int>(pair_.aligned.size());
    const int token = is_token ? pair_.aligned[static_cast<std::size_t>(column)].first : -1;
    setHovered(token);
    Q_EMIT tokenHovered(token);
  });
  for (QLabel* label : {first_, second_}) {
    label->setTextFormat(Qt::RichText);
    body()->addWidget(label);
  }
  first_->setAccessibleName(tr("First text"));
  second_->setAccessibleName(tr("Second text"));
  table_->setModel(table_model_);
  table_->setProperty("role", "surface");
  table_->setAccessibleName(tr("Distances as numbers"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->setShowGrid(false);
  table_->setTabKeyNavigation(false);
  stack_->addWidget(map_);
  stack_->addWidget(table_);
  body()->addWidget(stack_);
}

void PairCard::setPair(const PairAnswer& pair, bool has_base) {
  pair_ = pair;
  hovered_ = -1;
  choice_->setVisible(has_base);
  setNote(tr("%1 of %2 tokens have a partner").arg(pair.aligned.size()).arg(pair.first.numTokens()));
  draw();
}

QString PairCard::textOf(const InspectAnswer& answer, bool second) const {
  if (answer.rows.empty()) return {};
  const Colours& colours = coloursOf(this);
  QStringList words;
  const auto& tokens = answer.rows.front().tokens;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (tokens[t].sequence < 0) continue;
    const auto partners = std::find_if(pair_.aligned.begin(), pair_.aligned.end(), [&](const auto& places) {
      return (second ? places.second : places.first) == static_cast<int>(t);
    });
    const bool has_partner = partners != pair_.aligned.end();
    const QString text = tokens[t].text.toHtmlEscaped();
    if (has_partner && partners - pair_.aligned.begin() == hovered_)
      words.append(QStringLiteral("<span style=\"background-color:%1\">%2</span>").arg(colours.selection.name(), text));
    else
      words.append(has_partner ? text : QStringLiteral("<b style=\"color:%1\">%2</b>").arg(colours.accent.name(), text));
  }
  return words.join(' ');
}

void PairCard::setHovered(int token) {
  int place = -1;
  for (std::size_t p = 0; token >= 0 && p < pair_.aligned.size(); ++p)
    if (pair_.aligned[p].first == token) place = static_cast<int>(p);
  if (place == hovered_) return;
  hovered_ = place;
  map_->setHoveredColumn(place);
  writeTexts();
}

void PairCard::writeTexts() {
  first_->setText(textOf(pair_.first, false));
  second_->setText(textOf(pair_.second, true));
}

void PairCard::draw() {
  writeTexts();
  const HeatMap map = pairMap(pair_, !choice_->isHidden() && choice_->chosen() == 1);
  table_model_->setTable(figures::heat_map_table(figureOf(map)));
  stack_->setMinimumHeight(static_cast<int>(map.rows.size()) * 18 + 32);
  map_->setMap(map);
}

QString PairCard::alignedText() const { return first_->text() + '\n' + second_->text(); }

void PairCard::changeEvent(QEvent* event) {
  Card::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && choice_ != nullptr) draw();
}

}  // namespace lorascope::ui
