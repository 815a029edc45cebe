#include "ui/compare/parallel_card.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/plots/drawing_view.h"
#include "ui/plots/export_panel.h"
#include "ui/plots/pin.h"
#include "ui/plots/table_data_model.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kHeight = 250;
constexpr double kReach = 9;  ///< points of the page
constexpr double kScreenFont = 8.5;

figures::RenderOptions screenOptions(double width_cm, double height_cm) {
  figures::RenderOptions options;
  options.width_cm = std::min(width_cm, 100.0);
  options.height_cm = std::min(height_cm, 100.0);
  options.font_size_pt = kScreenFont;
  options.title = false;
  return options;
}

}  // namespace

ParallelCard::ParallelCard(QWidget* parent)
    : Card(tr("Settings and scores"), parent),
      stack_(new QStackedWidget),
      view_(new DrawingView),
      empty_(new EmptyState(QStringLiteral("curves"), tr("Two runs that differ make a line each"))),
      table_(new QTableView),
      model_(new TableDataModel(this)),
      export_(new ExportPanel) {
  setHelpTopic(this, QStringLiteral("measure.parallel"));
  table_->setModel(model_);
  table_->setProperty("role", "surface");
  table_->setAccessibleName(tr("Settings and scores as a table"));
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  table_->setShowGrid(false);
  table_->setTabKeyNavigation(false);
  stack_->setMinimumHeight(kHeight);
  for (QWidget* page : std::initializer_list<QWidget*>{view_, empty_, table_, export_}) stack_->addWidget(page);
  body()->addWidget(stack_);
  table_button_ = makeIconButton(QStringLiteral("table"), tr("Show the lines as a table"));
  export_button_ = makeIconButton(QStringLiteral("export"), tr("Export as PDF, SVG, PNG or CSV"));
  header()->addWidget(makePinButton(this, [] {
    figures::ReportQuery query;
    query.kind = figures::ReportKind::Parallel;
    return query;
  }));
  for (QToolButton* button : {table_button_, export_button_}) {
    button->setCheckable(true);
    header()->addWidget(button);
  }
  connect(table_button_, &QToolButton::clicked, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(table_) : view_); });
  connect(export_button_, &QToolButton::clicked, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(export_) : view_); });
  connect(export_, &ExportPanel::closed, this, [this] { showPage(view_); });
  connect(view_, &DrawingView::pointed, this, [this](double x, double y) { Q_EMIT runHovered(runAt(x, y)); });
  connect(view_, &DrawingView::clicked, this, [this](double x, double y) {
    if (const qint64 run = runAt(x, y)) Q_EMIT runActivated(run);
  });
}

void ParallelCard::setData(figures::ParallelData data) {
  data_ = std::move(data);
  setNote(QString::fromStdString(data_.note));
  model_->setTable(figures::parallel_table(data_));
  if (stack_->currentWidget() == export_) export_->setSource(exportable(data_));
  if (data_.empty()) {
    showPage(empty_);
  } else if (stack_->currentWidget() == empty_) {
    showPage(view_);
  }
  refresh();
}

void ParallelCard::setHighlightedRun(qint64 run) {
  if (run == highlighted_) return;
  highlighted_ = run;
  refresh();
}

void ParallelCard::refresh() {
  bool known = false;
  for (const figures::ParallelLine& line : data_.lines) known = known || line.run_id == highlighted_;
  const std::optional<std::int64_t> lit = known ? std::optional<std::int64_t>(highlighted_) : std::nullopt;
  view_->setLayoutFunction([this, lit](double width_cm, double height_cm, figures::Theme theme) {
    return figures::layout_parallel(data_, screenOptions(width_cm, height_cm), theme, lit);
  });
}

qint64 ParallelCard::runAt(double x, double y) const {
  qint64 nearest = 0;
  double least = kReach;
  const figures::Box& plot = view_->drawing().plot;
  if (std::isnan(x) || data_.axes.size() < 2) return 0;
  const double slot = plot.width() / static_cast<double>(data_.axes.size() - 1);
  const auto left =
      static_cast<std::size_t>(std::clamp((x - plot.left) / slot, 0.0, static_cast<double>(data_.axes.size()) - 1.001));
  for (const figures::ParallelLine& line : data_.lines) {
    const double from = figures::axis_position(data_.axes[left], line.values[left]);
    const double to = figures::axis_position(data_.axes[left + 1], line.values[left + 1]);
    const double share = (x - plot.left) / slot - static_cast<double>(left);
    const double at = plot.bottom + (from + (to - from) * share) * (plot.top - plot.bottom);
    if (std::abs(at - y) < least) {
      least = std::abs(at - y);
      nearest = line.run_id;
    }
  }
  return nearest;
}

void ParallelCard::showPage(QWidget* page) {
  if (page == view_ && data_.empty()) page = empty_;
  if (page == export_) export_->setSource(exportable(data_));
  stack_->setCurrentWidget(page);
  table_button_->setChecked(page == table_);
  export_button_->setChecked(page == export_);
  for (QToolButton* button : {table_button_, export_button_}) button->setVisible(!data_.empty());
}

}  // namespace lorascope::ui
