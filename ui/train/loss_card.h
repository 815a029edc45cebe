#pragma once

#include <QTimer>

#include "core/figures/figure_data.h"
#include "core/store/run_record.h"
#include "ui/widgets/card.h"

class QLabel;

namespace lorascope::ui {

class FigureBuilder;
class PlotView;
class SessionModel;
class TableTwin;

/// The selected run's training loss, live: every point, and a smoothed curve over it; or all numbers as a table. Drawn
/// only while it is in view, and computed off the UI thread where it is long.
class LossCard : public Card {
  Q_OBJECT

 public:
  explicit LossCard(SessionModel* session, QWidget* parent = nullptr);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void drawInView();
  void draw();
  void take(figures::FigureData figure);
  /// Why there is nothing to see, in the plot's place, for a run that was not trained.
  void showHint();

  SessionModel* session_;
  FigureBuilder* builder_;
  PlotView* plot_;
  TableTwin* table_;
  QLabel* hint_;
  QTimer soon_;  ///< rows that arrive together are drawn once
  bool is_stale_ = false;
};

}  // namespace lorascope::ui
