#pragma once

#include "ui/plots/pin.h"
#include "ui/plots/plot_toolbar.h"
#include "ui/widgets/card.h"

class QStackedWidget;

namespace lorascope::ui {

class EmptyState;
class ExportPanel;
class PlotView;
class TableTwin;

/// A plot with everything around it: title and note, toolbar, the plot itself, its table twin and its export in the
/// same place, and an empty state when there is nothing to draw.
class PlotCard : public Card {
  Q_OBJECT

 public:
  explicit PlotCard(PlotToolbar::Controls controls, QWidget* parent = nullptr);

  PlotView* view() const { return view_; }
  PlotToolbar* toolbar() const { return toolbar_; }
  /// What stands in the plot's place while its figure is empty: give it a sentence and a button.
  EmptyState* emptyState() const { return empty_; }
  TableTwin* tableTwin() const { return table_; }
  /// Made when it is first asked for: it is large, and most plots are never exported.
  ExportPanel* exportPanel();

  const figures::CurveOptions& options() const { return toolbar_->options(); }
  void setOptions(const figures::CurveOptions& options);
  /// Title, note, plot and, where they are open, table and export.
  void setFigure(figures::FigureData figure);
  /// What the report computes anew when more runs arrive; without it the figure is pinned as it is. Its curve options
  /// and, where the plot is zoomed, its ranges are set here.
  void setPinQuery(PinQuery query) { pin_query_ = std::move(query); }
  /// Opens the export in the plot's place.
  void openExport();
  /// Copies the picture as it is exported, on a light ground.
  void copyPicture() const;

 Q_SIGNALS:
  /// Something that changes the figure itself was chosen: x source, smoothing, groups. Axes and outliers are dealt
  /// with.
  void figureWished();
  /// Any option changed; for keeping them.
  void optionsChanged();
  /// The export, which needs more room than the plot, was opened or closed.
  void exportOpened(bool open);

 private:
  void takeOptions();
  /// Announces the step from one choice to the other to the window's undo.
  void announce(const figures::CurveOptions& before, const figures::CurveOptions& now);
  void applyOptions(const figures::CurveOptions& now);
  void showPage(QWidget* page);
  void updatePage();
  figures::FigureData figureInView() const;
  void pinFigure();

  PlotToolbar* toolbar_;
  QStackedWidget* stack_;
  PlotView* view_;
  TableTwin* table_;
  ExportPanel* export_ = nullptr;
  EmptyState* empty_;
  PinQuery pin_query_;
  figures::CurveOptions taken_;  ///< the options that the figure was asked for with
};

}  // namespace lorascope::ui
