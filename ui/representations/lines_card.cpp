#include "ui/representations/lines_card.h"

#include <QHBoxLayout>
#include <QVBoxLayout>
#include <utility>

#include "ui/plots/plot_card.h"
#include "ui/plots/segment_bar.h"

namespace lorascope::ui {
namespace {

constexpr int kPlotHeight = 300;

}  // namespace

LinesCard::LinesCard(const QString& title, const QString& what, SessionModel* session, LorascopeProgram* program)
    : AnalysisCard(title, what, session, program),
      choice_(new SegmentBar(tr("What is shown: %1").arg(title))),
      plot_(new PlotCard({})) {
  header()->insertWidget(header()->count() - 1, choice_);
  plot_->setMinimumHeight(kPlotHeight);
  body()->addWidget(plot_, 1);
  choice_->hide();
  plot_->hide();
  connect(choice_, &SegmentBar::chosenChanged, this, [this] { showAnalysis(); });
}

void LinesCard::setViews(std::vector<View> views) {
  views_ = std::move(views);
  QStringList labels, tips;
  for (const View& view : views_) {
    labels.append(view.label);
    tips.append(view.tip);
  }
  choice_->setSegments(labels, tips);
  showAnalysis();
}

void LinesCard::setCaptionFunction(std::function<QString(const QJsonObject&)> caption) {
  caption_function_ = std::move(caption);
}

void LinesCard::showAnalysis() {
  const bool any = !analysis().isEmpty() && !views_.empty();
  plot_->setVisible(any);
  choice_->setVisible(any && views_.size() > 1);
  if (!any) return;
  const auto chosen = std::min(static_cast<std::size_t>(choice_->chosen()), views_.size() - 1);
  plot_->setFigure(views_[chosen].figure(analysis()));
  setCaption(caption_function_ ? caption_function_(analysis()) : QString());
}

}  // namespace lorascope::ui
