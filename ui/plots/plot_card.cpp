#include "ui/plots/plot_card.h"

#include <QImage>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "core/figures/render.h"
#include "ui/plots/copy_later.h"
#include "ui/plots/export_panel.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/table_twin.h"
#include "ui/plots/undoable.h"
#include "ui/widgets/empty_state.h"

namespace lorascope::ui {
namespace {

constexpr int kPlotHeight = 120;

}  // namespace

PlotCard::PlotCard(PlotToolbar::Controls controls, QWidget* parent)
    : Card({}, parent),
      toolbar_(new PlotToolbar(controls)),
      stack_(new QStackedWidget),
      view_(new PlotView),
      table_(new TableTwin),
      empty_(new EmptyState(QStringLiteral("curves"), {})) {
  body()->addWidget(toolbar_);
  body()->addWidget(stack_, 1);
  for (QWidget* page : std::initializer_list<QWidget*>{view_, table_, empty_}) stack_->addWidget(page);
  // A stack is as large as its largest page wants to be: the plot alone decides here, the others take what is there.
  for (QWidget* page : std::initializer_list<QWidget*>{table_, empty_}) {
    page->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
  }
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  connect(toolbar_, &PlotToolbar::optionsChanged, this, &PlotCard::takeOptions);
  connect(toolbar_, &PlotToolbar::tableToggled, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(table_) : view_); });
  connect(toolbar_, &PlotToolbar::exportToggled, this,
          [this](bool open) { showPage(open ? static_cast<QWidget*>(exportPanel()) : view_); });
  connect(toolbar_, &PlotToolbar::copyRequested, this,
          [this] { stack_->currentWidget() == table_ ? table_->copy() : copyPicture(); });
  connect(toolbar_, &PlotToolbar::pinRequested, this, &PlotCard::pinFigure);
  connect(view_, &PlotView::smoothingRequested, toolbar_, &PlotToolbar::toggleSmoothing);
  connect(view_, &PlotView::axesChanged, this, [this](bool log_x, bool log_y) {
    const figures::CurveOptions before = toolbar_->options();
    if (before.log_x == log_x && before.log_y == log_y) return;  // it came from here
    figures::CurveOptions options = before;
    options.log_x = log_x;
    options.log_y = log_y;
    setOptions(options);
    Q_EMIT optionsChanged();
    announce(before, options);
  });
  updatePage();
}

void PlotCard::setOptions(const figures::CurveOptions& options) {
  taken_ = options;
  toolbar_->setOptions(options);
  view_->setOutliersShown(options.outliers);
}

void PlotCard::takeOptions() {
  const figures::CurveOptions before = taken_;
  applyOptions(toolbar_->options());
  announce(before, taken_);
}

void PlotCard::applyOptions(const figures::CurveOptions& now) {
  const bool other_figure = now.x != taken_.x || now.smoothing != taken_.smoothing || now.grouping != taken_.grouping ||
                            now.band != taken_.band;
  taken_ = now;
  toolbar_->setOptions(now);
  view_->setOutliersShown(now.outliers);
  if (other_figure) Q_EMIT figureWished();
  view_->setLogAxes(now.log_x, now.log_y);
  Q_EMIT optionsChanged();
}

void PlotCard::announce(const figures::CurveOptions& before, const figures::CurveOptions& now) {
  const bool smoothing = before.smoothing != now.smoothing;
  const QString title = QString::fromStdString(view_->figure().title);
  Undoable choice;
  choice.text = (smoothing ? tr("smoothing of %1") : tr("view of %1")).arg(title);
  choice.source = this;
  choice.merges = smoothing;
  choice.redo = [this, now] { applyOptions(now); };
  choice.undo = [this, before] { applyOptions(before); };
  announceChoice(this, std::move(choice));
}

void PlotCard::setFigure(figures::FigureData figure) {
  setTitle(QString::fromStdString(figure.title));
  setNote(QString::fromStdString(figure.note));
  view_->setFigure(std::move(figure));
  updatePage();
  if (stack_->currentWidget() == table_) table_->setFigure(view_->figure());
  if (export_ != nullptr && stack_->currentWidget() == export_) export_->setSource(exportable(figureInView()));
}

void PlotCard::updatePage() {
  const bool nothing = view_->figure().empty();
  toolbar_->setVisible(!nothing);
  if (nothing) {
    showPage(empty_);
  } else if (stack_->currentWidget() == empty_) {
    showPage(view_);
  }
}

void PlotCard::showPage(QWidget* page) {
  if (page == view_ && view_->figure().empty()) page = empty_;
  if (page == table_) table_->setFigure(view_->figure());
  const bool was_export = export_ != nullptr && stack_->currentWidget() == export_;
  const bool is_export = export_ != nullptr && page == export_;
  if (is_export) export_->setSource(exportable(figureInView()));
  stack_->setCurrentWidget(page);
  stack_->setMinimumHeight(is_export ? export_->sizeHint().height() : kPlotHeight);
  toolbar_->setOpen(page == table_, is_export);
  if (was_export && !is_export) export_->forgetSource();
  if (was_export != is_export) Q_EMIT exportOpened(is_export);
}

figures::FigureData PlotCard::figureInView() const {
  figures::FigureData figure = view_->figure();
  if (view_->isZoomed() || !options().outliers) {
    const Range x = view_->rangeX();
    const Range y = view_->rangeY();
    if (view_->isZoomed()) {
      figure.x.minimum = x.low;
      figure.x.maximum = x.high;
    }
    figure.y.minimum = y.low;
    figure.y.maximum = y.high;
  }
  return figure;
}

void PlotCard::pinFigure() {
  const figures::FigureData figure = figureInView();
  figures::ReportQuery query = pin_query_ ? pin_query_() : fixedQuery(figure);
  if (query.kind == figures::ReportKind::Curves) query.curves = options();
  query.curves.log_x = options().log_x;
  query.curves.log_y = options().log_y;
  if (view_->isZoomed()) query.x_range = figures::Range{*figure.x.minimum, *figure.x.maximum};
  if (figure.y.minimum && figure.y.maximum && (view_->isZoomed() || !options().outliers)) {
    query.y_range = figures::Range{*figure.y.minimum, *figure.y.maximum};
  }
  pin(this, std::move(query));
}

ExportPanel* PlotCard::exportPanel() {
  if (export_ == nullptr) {
    export_ = new ExportPanel;
    export_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    stack_->addWidget(export_);
    connect(export_, &ExportPanel::closed, this, [this] { showPage(view_); });
  }
  return export_;
}

void PlotCard::openExport() {
  showPage(exportPanel());
}

void PlotCard::copyPicture() const {
  figures::RenderOptions options;
  options.width_cm = 17;
  options.dpi = 200;
  copyLater([figure = figureInView(), options] {
    const std::string png = figures::render(figure, figures::ImageFormat::Png, options);
    return QImage::fromData(QByteArray::fromStdString(png), "PNG");
  });
}

}  // namespace lorascope::ui
