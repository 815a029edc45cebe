#include "ui/weights/map_twin.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/figures/table_text.h"
#include "ui/plots/export_panel.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/table_data_model.h"
#include "ui/weights/layer_map.h"
#include "ui/widgets/card.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

MapTwin::MapTwin(Card* card, int map_height, QWidget* parent)
    : QWidget(parent),
      map_height_(map_height),
      stack_(new QStackedWidget),
      view_(new HeatMapView),
      table_(new QTableView),
      table_model_(new TableDataModel(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(stack_);
  table_->setModel(table_model_);
  table_->setProperty("role", "surface");
  table_->setAccessibleName(tr("Numbers of the map"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  table_->setShowGrid(false);
  stack_->addWidget(view_);
  stack_->addWidget(table_);
  stack_->setMinimumHeight(map_height_);
  addButtons(card);
}

void MapTwin::addButtons(Card* card) {
  table_button_ = makeIconButton(QStringLiteral("table"), tr("Show the map as a table"));
  copy_button_ = makeIconButton(QStringLiteral("copy"), tr("Copy the map's numbers as CSV"));
  export_button_ = makeIconButton(QStringLiteral("export"), tr("Export the map as PDF, SVG, PNG or CSV"));
  table_button_->setCheckable(true);
  export_button_->setCheckable(true);
  pin_button_ = makePinButton(card, [this] { return pin_query_ ? pin_query_() : fixedQuery(figureOf(view_->map())); });
  for (QToolButton* button : {pin_button_, table_button_, copy_button_, export_button_}) {
    card->header()->addWidget(button);
  }
  connect(table_button_, &QToolButton::clicked, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(table_) : view_); });
  connect(export_button_, &QToolButton::clicked, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(exportPanel()) : view_); });
  connect(copy_button_, &QToolButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(QString::fromStdString(figures::csv_table(table_model_->table())));
  });
}

void MapTwin::setMap(HeatMap map) {
  table_model_->setTable(mapTable(map));
  view_->setMap(std::move(map));
  if (export_ != nullptr && stack_->currentWidget() == export_) export_->setSource(exportable(figureOf(view_->map())));
}

ExportPanel* MapTwin::exportPanel() {
  if (export_ == nullptr) {
    export_ = new ExportPanel;
    export_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    stack_->addWidget(export_);
    connect(export_, &ExportPanel::closed, this, [this] { showPage(view_); });
  }
  return export_;
}

void MapTwin::openExport() {
  showPage(exportPanel());
}

void MapTwin::setButtonsVisible(bool visible) {
  for (QToolButton* button : {pin_button_, table_button_, copy_button_, export_button_}) button->setVisible(visible);
}

void MapTwin::showPage(QWidget* page) {
  const bool is_export = export_ != nullptr && page == export_;
  if (is_export) export_->setSource(exportable(figureOf(view_->map())));
  stack_->setCurrentWidget(page);
  stack_->setMinimumHeight(is_export ? export_->sizeHint().height() : map_height_);
  table_button_->setChecked(page == table_);
  export_button_->setChecked(is_export);
}

}  // namespace lorascope::ui
