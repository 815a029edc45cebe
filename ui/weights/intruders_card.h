#pragma once

#include <optional>
#include <vector>

#include "core/figures/spectrum_figure.h"
#include "ui/main_window/session_model.h"
#include "ui/weights/intruder_figure.h"
#include "ui/widgets/card.h"

class QDoubleSpinBox;
class QToolButton;

namespace lorascope::ui {

class MapTwin;
class HeatMapView;
class LorascopeProgram;
class MessageBar;
class PlotCard;
class SegmentBar;
class TableCard;

/// Intruder dimensions of finished runs, FT and LoRA alike: their number by layer and module at a movable threshold
/// beside that of random updates of the same spectrum, and all c_j of the chosen module. Computed by `lorascope analyse`
/// in a child process, a few seconds a run.
class IntrudersCard : public Card {
  Q_OBJECT

 public:
  IntrudersCard(SessionModel* session, LorascopeProgram* program, QWidget* parent = nullptr);

  void analyse(RunId run);
  /// Shows an analysis; those of other runs stay in the plot.
  void addAnalysis(WeightAnalysis analysis);
  const std::vector<WeightAnalysis>& analyses() const { return analyses_->all(); }
  void setThreshold(double threshold);
  double threshold() const;
  HeatMapView* map() const;
  PlotCard* layers() const { return layers_; }
  PlotCard* plot() const { return plot_; }
  TableCard* table() const { return table_; }

 Q_SIGNALS:
  /// An analysis, or its error, is on show.
  void shown();
  /// A run was analysed; another threshold was chosen.
  void analysed(lorascope::ui::RunId run);
  void thresholdChanged(double threshold);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void addHeader();
  void addBody();
  void watchAnalyses();
  void refresh();
  void showPlot();

  WeightAnalyses* analyses_;  ///< the map shows the newest
  std::optional<figures::ModulePlace> place_;
  SegmentBar* measure_;
  QDoubleSpinBox* threshold_;
  QToolButton* menu_button_;
  MessageBar* message_;
  MapTwin* map_;
  PlotCard* plot_;
  PlotCard* layers_;
  TableCard* table_;
};

}  // namespace lorascope::ui
