#include "ui/representations/cka_card.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/plots/export_panel.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_data_model.h"
#include "ui/representations/analysis_figures.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kMapHeight = 300;

}  // namespace

CkaCard::CkaCard(SessionModel* session, LorascopeProgram* program)
    : AnalysisCard(tr("Likeness of layers (CKA)"), QStringLiteral("cka"), session, program),
      choice_(new SegmentBar(tr("Model that is compared with the base"))),
      stack_(new QStackedWidget),
      map_(new HeatMapView),
      view_(new QTableView),
      model_(new TableDataModel(this)),
      export_(new ExportPanel) {
  setHelpTopic(this, QStringLiteral("measure.cka"));
  map_->setAccessibleName(tr("Map of CKA, layers against layers"));
  view_->setModel(model_);
  view_->setProperty("role", "surface");
  view_->setAccessibleName(tr("CKA as a table"));
  view_->verticalHeader()->hide();
  view_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  view_->setShowGrid(false);
  view_->setTabKeyNavigation(false);
  for (QWidget* page : std::initializer_list<QWidget*>{map_, view_, export_}) stack_->addWidget(page);
  export_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
  stack_->setMinimumHeight(kMapHeight);
  header()->insertWidget(header()->count() - 1, choice_);
  addTwins();
  body()->addWidget(stack_, 1);
  connect(choice_, &SegmentBar::chosenChanged, this, [this] { showAnalysis(); });
  connect(export_, &ExportPanel::closed, this, [this] { showPage(map_); });
  CkaCard::showAnalysis();
}

void CkaCard::addTwins() {
  table_button_ = makeIconButton(QStringLiteral("table"), tr("Show the map as a table"));
  export_button_ = makeIconButton(QStringLiteral("export"), tr("Export the map as PDF, SVG, PNG or CSV"));
  for (QToolButton* button : {table_button_, export_button_}) {
    button->setCheckable(true);
    header()->insertWidget(header()->count() - 1, button);
  }
  connect(table_button_, &QToolButton::clicked, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(view_) : map_); });
  connect(export_button_, &QToolButton::clicked, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(export_) : map_); });
}

void CkaCard::showPage(QWidget* page) {
  if (page == export_) export_->setSource(exportable(figureOf(map_->map())));
  stack_->setCurrentWidget(page);
  stack_->setMinimumHeight(page == export_ ? std::max(kMapHeight, export_->sizeHint().height()) : kMapHeight);
  table_button_->setChecked(page == view_);
  export_button_->setChecked(page == export_);
}

void CkaCard::showAnalysis() {
  const bool any = !analysis().isEmpty();
  const QStringList names = resultNames(analysis(), "second");
  stack_->setVisible(any);
  choice_->setVisible(names.size() > 1);
  for (QToolButton* button : {table_button_, export_button_}) button->setVisible(any);
  if (!any) return;
  if (choice_->segments() != names) choice_->setSegments(names);
  const int chosen = std::clamp(choice_->chosen(), 0, static_cast<int>(names.size()) - 1);
  map_->setMap(ckaMap(analysis(), chosen));
  model_->setTable(figures::heat_map_table(figureOf(map_->map())));
  if (stack_->currentWidget() == export_) export_->setSource(exportable(figureOf(map_->map())));
  setCaption(ckaCaption(analysis(), chosen));
}

}  // namespace lorascope::ui
