#include "ui/train/loss_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <memory>
#include <utility>

#include "core/figures/curve_figure.h"
#include "ui/main_window/session_model.h"
#include "ui/plots/figure_builder.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/table_twin.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"

namespace lorascope::ui {
namespace {

constexpr int kMillisecondsBetweenDrawings = 250;
constexpr double kSmoothing = 0.9;
constexpr int kPlotHeight = 180;
constexpr std::size_t kSmall = 10'000;  ///< points that are computed on the UI thread

}  // namespace

LossCard::LossCard(SessionModel* session, QWidget* parent) : Card(tr("Training loss"), parent), session_(session), builder_(new FigureBuilder(this)) {
  plot_ = new PlotView;
  plot_->setMinimumHeight(kPlotHeight);
  // The plot takes what the other cards leave: its own wish would push the first batch out of sight.
  plot_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
  table_ = new TableTwin;
  table_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
  table_->setMinimumHeight(kPlotHeight);
  table_->hide();
  body()->addWidget(plot_, 1);
  body()->addWidget(table_, 1);
  hint_ = makeParagraph({});
  hint_->setAlignment(Qt::AlignCenter);
  hint_->hide();
  makeSecondary(hint_);
  body()->addWidget(hint_, 1);
  auto* twin = makeIconButton(QStringLiteral("table"), tr("Show the training loss as a table"));
  twin->setCheckable(true);
  header()->addWidget(twin);
  connect(twin, &QToolButton::clicked, this, [this](bool open) {
    if (open) table_->setFigure(plot_->figure());
    table_->setVisible(open);
    showHint();
  });
  setHelpTopic(this, QStringLiteral("measure.loss"));
  soon_.setSingleShot(true);
  soon_.setInterval(kMillisecondsBetweenDrawings);
  connect(&soon_, &QTimer::timeout, this, &LossCard::drawInView);
  connect(session, &SessionModel::selectionChanged, this, &LossCard::drawInView);
  connect(builder_, &FigureBuilder::ready, this,
          [this](const std::shared_ptr<figures::FigureData>& figure) { take(std::move(*figure)); });
  const auto draw_soon = [this](store::RunId id) {
    if (id == session_->selectedRun() && !soon_.isActive()) soon_.start();
  };
  connect(session, &SessionModel::newPoints, this, draw_soon);
  connect(session, &SessionModel::dataReset, this, draw_soon);
  draw();
}

void LossCard::drawInView() {
  is_stale_ = !isVisible();
  if (!is_stale_) draw();
}

void LossCard::showEvent(QShowEvent* event) {
  Card::showEvent(event);
  if (std::exchange(is_stale_, false)) draw();
}

void LossCard::draw() {
  const store::RunRecord* run = session_->run(session_->selectedRun());
  auto series = std::make_shared<std::vector<figures::RunSeries>>();
  std::size_t num_points = 0;
  if (run != nullptr) {
    figures::RunSeries loss;
    loss.run = *run;
    loss.series = "train/loss";
    const RunData* rows = session_->data(run->id);
    if (rows != nullptr) {
      const auto found = rows->series.find(loss.series);
      if (found != rows->series.end()) loss.points = found->second;
    }
    num_points = loss.points.size();
    series->push_back(std::move(loss));
  }
  figures::CurveOptions options;
  options.smoothing = kSmoothing;
  builder_->request([series, options] { return figures::curve_figure(*series, options); }, num_points <= kSmall);
}

void LossCard::take(figures::FigureData figure) {
  figure.title.clear();
  plot_->setFigure(std::move(figure));
  plot_->setAccessibleName(tr("Training loss"));
  showHint();
  if (!table_->isHidden()) table_->setFigure(plot_->figure());
}

void LossCard::showHint() {
  const store::RunRecord* run = session_->run(session_->selectedRun());
  const bool is_empty = run != nullptr && plot_->figure().empty();
  const QString hint = is_empty ? QString::fromStdString(figures::untrained_reason(std::vector{run})) : QString();
  hint_->setText(asSentence(hint));
  hint_->setVisible(!hint.isEmpty() && table_->isHidden());
  plot_->setVisible(hint.isEmpty() && table_->isHidden());
}

}  // namespace lorascope::ui
