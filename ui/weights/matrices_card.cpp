#include "ui/weights/matrices_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/plots/plot_card.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_card.h"
#include "ui/weights/measure_figure.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"

namespace lorascope::ui {
namespace {

constexpr int kPlotHeight = 260;

QString doubtOf(MatricesCard::View view) {
  return view == MatricesCard::View::Alpha
             ? QObject::tr("Floors: the dotted line is the base model, the band one standard error (α − 1) / √n of the "
                           "fit, and a random update of the same spectrum stands beside it. Within the band nothing was "
                           "learned about the matrix; α says nothing about form or meaning.")
             : QObject::tr("Floors: the dotted lines are what W's own leading directions and random ones give for an "
                           "update of this size. Amplification grows with ‖ΔW‖: compare runs of equal ‖ΔW‖ / ‖W‖, which "
                           "stands in the table.");
}

}  // namespace

MatricesCard::MatricesCard(SessionModel* session, LorascopeProgram* program, QWidget* parent)
    : Card(tr("Amplification and tails"), parent),
      amplification_(new WeightAnalyses(QStringLiteral("amplification"), session, program, this)),
      alpha_(new WeightAnalyses(QStringLiteral("alpha"), session, program, this)),
      view_choice_(new SegmentBar(tr("What is shown of the matrices"))),
      menu_button_(new QToolButton),
      message_(new MessageBar),
      plot_(new PlotCard(PlotToolbar::LogY)),
      table_(new TableCard(tr("Numbers by module"))),
      doubt_(makeCaption({})) {
  addHeader();
  plot_->setMinimumHeight(kPlotHeight);
  doubt_->setWordWrap(true);
  body()->addWidget(message_);
  body()->addWidget(plot_);
  body()->addWidget(doubt_);
  body()->addWidget(table_);
  for (WeightAnalyses* analyses : {amplification_, alpha_}) watch(analyses);
  connect(view_choice_, &SegmentBar::chosenChanged, this, [this] { setView(view()); });
  connect(session, &SessionModel::workspaceOpened, this, [this] {
    if (isVisible()) loadStored();
  });
  connect(plot_, &PlotCard::figureWished, this, &MatricesCard::refresh);
  setView(View::Amplification);
}

void MatricesCard::addHeader() {
  view_choice_->setSegments({tr("amplification"), QStringLiteral("α")},
                            {tr("How much the update exceeds what W has in its directions"),
                             tr("Exponent of the eigenvalues' tail (WeightWatcher)")});
  menu_button_->setText(tr("choose"));
  menu_button_->setAccessibleName(tr("Choose a run whose matrices are measured"));
  menu_button_->setPopupMode(QToolButton::InstantPopup);
  menu_button_->setMenu(new QMenu(menu_button_));
  header()->addWidget(view_choice_);
  header()->addWidget(menu_button_);
  connect(menu_button_->menu(), &QMenu::aboutToShow, this,
          [this] { analyses(view())->fillMenu(menu_button_->menu()); });
}

void MatricesCard::watch(WeightAnalyses* analyses) {
  analyses->tellIn(this, message_);
  connect(analyses, &WeightAnalyses::failed, this, [this] {
    refresh();
    Q_EMIT shown();
  });
  connect(analyses, &WeightAnalyses::changed, this, [this, analyses] {
    if (analyses == this->analyses(view())) refresh();
    Q_EMIT shown();
  });
}

MatricesCard::View MatricesCard::view() const {
  return static_cast<View>(view_choice_->chosen());
}

void MatricesCard::setView(View view) {
  if (view != this->view()) return view_choice_->choose(static_cast<int>(view));
  setHelpTopic(this, view == View::Alpha ? QStringLiteral("measure.alpha") : QStringLiteral("measure.amplification"));
  figures::CurveOptions options = plot_->options();
  options.log_y = view == View::Amplification;
  plot_->setOptions(options);
  doubt_->setText(doubtOf(view));
  refresh();
}

void MatricesCard::setKind(const std::string& kind) {
  if (kind == kind_) return;
  kind_ = kind;
  refresh();
}

void MatricesCard::showEvent(QShowEvent* event) {
  Card::showEvent(event);
  loadStored();
}

void MatricesCard::loadStored() {
  amplification_->loadStored();
  alpha_->loadStored();
}

void MatricesCard::refresh() {
  const std::vector<WeightAnalysis>& all = analyses(view())->all();
  for (QWidget* widget : std::initializer_list<QWidget*>{plot_, table_, doubt_}) widget->setVisible(!all.empty());
  if (all.empty()) {
    setNote(tr("choose a finished run; it takes some seconds"));
    return;
  }
  setNote(tr("%1 runs").arg(all.size()));
  const bool alpha = view() == View::Alpha;
  const AdapterMeasure measure = alpha ? AdapterMeasure{"alpha", tr("tail exponent α"), {}}
                                       : AdapterMeasure{"amplification", tr("amplification"), {}};
  const std::vector<std::string> kinds = kindsOf(all);
  const bool is_known = std::find(kinds.begin(), kinds.end(), kind_) != kinds.end();
  figures::FigureData figure = measureByLayerFigure(all, is_known || kinds.empty() ? kind_ : kinds.front(), measure);
  figure.y.log = plot_->options().log_y;
  plot_->setFigure(std::move(figure));
  table_->setTable(measureTable(all, measure));
}

}  // namespace lorascope::ui
