#include "ui/train/result_card.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "core/figures/plot_style.h"
#include "ui/widgets/chip.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

QColor swatchOf(const figures::LineStyle& style, const QWidget* widget) {
  const bool dark = appearanceOf(widget) == Appearance::Dark;
  const figures::Rgb rgb = figures::line_colour(style, dark ? figures::Theme::Dark : figures::Theme::Light);
  return QColor(rgb.red, rgb.green, rgb.blue);
}

QFrame* makeLine() {
  auto* line = new QFrame;
  line->setProperty("role", "line");
  line->setFixedHeight(1);
  return line;
}

}  // namespace

ResultCard::ResultCard(QWidget* parent) : Card(tr("Result"), parent) {
  table_ = new QWidget;
  body()->addWidget(table_);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(kGap);
  const auto add = [&](const QString& icon, const QString& text, auto signal) {
    auto* button = new QPushButton(themedIcon(icon), text);
    connect(button, &QPushButton::clicked, this, signal);
    buttons->addWidget(button);
  };
  add(QStringLiteral("table"), tr("Compare"), &ResultCard::compareRequested);
  add(QStringLiteral("curves"), tr("Curves"), &ResultCard::curvesRequested);
  add(QStringLiteral("weights"), tr("Weights"), &ResultCard::weightsRequested);
  add(QStringLiteral("search"), tr("Inspect a sentence"), &ResultCard::inspectRequested);
  add(QStringLiteral("export"), tr("Export"), &ResultCard::exportRequested);
  buttons->addStretch(1);
  body()->addSpacing(4);
  body()->addLayout(buttons);
}

void ResultCard::setSummary(const ScoreSummary& summary) {
  if (summary != summary_) {
    summary_ = summary;
    fill();
  }
}

void ResultCard::fill() {
  delete table_->layout();
  qDeleteAll(table_->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
  auto* grid = new QGridLayout(table_);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(kSectionGap);
  grid->setVerticalSpacing(5);
  grid->setColumnStretch(0, 1);
  const QString titles[] = {tr("group"), summary_.metric, tr("trained"), tr("time"), tr("runs")};
  for (int column = 0; column < 5; ++column) {
    QLabel* title = makeCaption(titles[column]);
    grid->addWidget(title, 0, column, column == 0 ? Qt::AlignLeft : Qt::AlignRight);
  }
  int row = 1;
  for (const ScoreRow& score : summary_.rows) {
    grid->addWidget(makeLine(), row++, 0, 1, 5);
    auto* name = new QWidget;
    auto* layout = new QHBoxLayout(name);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* swatch = new QLabel;
    swatch->setPixmap(swatchPixmap(swatchOf(score.style, this), 10, devicePixelRatioF()));
    layout->addWidget(swatch);
    layout->addWidget(new ElidedLabel(score.group), 1);
    grid->addWidget(name, row, 0);
    const QString none = QStringLiteral("–");
    QLabel* value = makeValue(score.score.isEmpty() ? none : score.score);
    value->setFont(boldFont());
    grid->addWidget(value, row, 1);
    grid->addWidget(makeValue(score.parameters.isEmpty() ? none : score.parameters), row, 2);
    grid->addWidget(makeValue(score.seconds.isEmpty() ? none : score.seconds), row, 3);
    grid->addWidget(makeValue(tr("%1 of %2").arg(score.num_finished).arg(score.num_runs)), row, 4);
    ++row;
  }
  const bool all = summary_.num_finished == summary_.num_runs;
  setNote(all ? tr("mean ± standard deviation over seeds")
              : tr("%1 of %2 runs are done").arg(summary_.num_finished).arg(summary_.num_runs));
}

void ResultCard::changeEvent(QEvent* event) {
  Card::changeEvent(event);
  // Not at once: Qt goes through all widgets while it changes their style, and filling deletes some.
  if (event->type() == QEvent::PaletteChange && !summary_.rows.empty())
    QMetaObject::invokeMethod(this, &ResultCard::fill, Qt::QueuedConnection);
}

}  // namespace lorascope::ui
