#include "ui/mixtures/scaling_card.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/figures/table_text.h"
#include "ui/mixtures/scaling_map_view.h"
#include "ui/plots/segment_bar.h"
#include "ui/plots/table_data_model.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kWidthForSwitches = 660;

}  // namespace

ScalingCard::ScalingCard(const QString& title, QWidget* parent)
    : Card(title, parent),
      view_(new ScalingMapView),
      stack_(new QStackedWidget),
      table_(new QTableView),
      table_model_(new TableDataModel(this)),
      banner_(makeCaption(tr("This gate has one set of scalings for all layers: the map is one row."))),
      kind_(new SegmentBar(tr("Which scalings"))),
      mode_(new SegmentBar(tr("How adapters are shown"))),
      row_(new SegmentBar(tr("Rows of the map"))) {
  addSwitches();
  table_->setModel(table_model_);
  table_->setProperty("role", "surface");
  table_->setAccessibleName(tr("Scalings as numbers"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->setShowGrid(false);
  table_->setTabKeyNavigation(false);
  setRole(banner_, "warning");
  banner_->hide();
  body()->addWidget(banner_);
  stack_->addWidget(view_);
  stack_->addWidget(table_);
  body()->addWidget(stack_);
  connect(view_, &ScalingMapView::tokenChosen, this, &ScalingCard::tokenChosen);
  connect(view_, &ScalingMapView::tokenHovered, this, &ScalingCard::tokenHovered);
  connect(view_, &ScalingMapView::blockClicked, this, &ScalingCard::toggleBlock);
}

void ScalingCard::addSwitches() {
  kind_->setSegments({tr("applied"), tr("predicted")},
                     {tr("What acts, after the choice of adapters"), tr("What the gate says, before top-k")});
  mode_->setSegments({tr("panels"), tr("dominant")},
                     {tr("One map an adapter"), tr("The colour of the largest adapter, pale where undecided")});
  row_->setSegments({tr("blocks"), tr("modules")},
                    {tr("Mean of each block's modules; click a block's number to unfold it"), tr("Every module")});
  for (SegmentBar* bar : {kind_, mode_, row_}) {
    header()->addWidget(bar);
    bar->setFolded(true);
    connect(bar, &SegmentBar::chosenChanged, this, &ScalingCard::takeChoices);
  }
  table_button_ = makeIconButton(QStringLiteral("table"), tr("Show the scalings as a table"));
  table_button_->setCheckable(true);
  auto* copy = makeIconButton(QStringLiteral("copy"), tr("Copy the scalings as CSV"));
  header()->addWidget(table_button_);
  header()->addWidget(copy);
  connect(table_button_, &QToolButton::toggled, this, [this](bool open) {
    updateTable();
    stack_->setCurrentIndex(open ? 1 : 0);
  });
  connect(copy, &QToolButton::clicked, this,
          [this] { QGuiApplication::clipboard()->setText(QString::fromStdString(figures::csv_table(table()))); });
}

void ScalingCard::resizeEvent(QResizeEvent* event) {
  Card::resizeEvent(event);
  for (SegmentBar* bar : {kind_, mode_, row_}) bar->setFolded(width() < kWidthForSwitches);
}

void ScalingCard::setScalings(std::shared_ptr<const figures::Scalings> scalings, std::size_t first, std::size_t last) {
  scalings_ = std::move(scalings);
  first_ = first;
  last_ = last;
  banner_->setVisible(scalings_ && !scalings_->is_layerwise);
  row_->setVisible(!scalings_ || scalings_->is_layerwise);
  view_->setScalings(scalings_, first, last);
  updateTable();
}

QString ScalingCard::banner() const { return banner_->isHidden() ? QString() : banner_->text(); }

void ScalingCard::takeChoices() {
  const auto kind = kind_->chosen() == 1 ? figures::ScalingKind::Predicted : figures::ScalingKind::Applied;
  const bool other_kind = kind != view_->kind();
  if (other_kind) view_->setKind(kind);
  const auto mode = mode_->chosen() == 1 ? ScalingMapView::Mode::Dominant : ScalingMapView::Mode::Panels;
  if (mode != view_->mode()) view_->setMode(mode);
  if (sender() == row_) {
    unfolded_block_.reset();
    view_->setUnfolding({row_->chosen() == 1, unfolded_block_});
  }
  updateTable();
  if (other_kind) Q_EMIT kindChanged();
}

void ScalingCard::toggleBlock(int block) {
  if (row_->chosen() == 1 || block < 0) return;
  unfolded_block_ = unfolded_block_ == block ? std::nullopt : std::optional(block);
  view_->setUnfolding({false, unfolded_block_});
  updateTable();
}

figures::TableData ScalingCard::table() const {
  if (!scalings_) return {};
  return figures::scaling_table(*scalings_, view_->kind(), view_->rows(), first_, last_);
}

void ScalingCard::updateTable() {
  if (table_button_->isChecked()) table_model_->setTable(table());
}

}  // namespace lorascope::ui
