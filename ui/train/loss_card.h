#pragma once

#include <QTimer>

#include "core/store/run_record.h"
#include "ui/widgets/card.h"

namespace lorascope::ui {

class PlotView;
class SessionModel;
class TableTwin;

/// The selected run's training loss, live: every point, and a smoothed curve over it; or all numbers as a table.
class LossCard : public Card {
  Q_OBJECT

 public:
  explicit LossCard(SessionModel* session, QWidget* parent = nullptr);

 private:
  void draw();

  SessionModel* session_;
  PlotView* plot_;
  TableTwin* table_;
  QTimer soon_;  ///< rows that arrive together are drawn once
};

}  // namespace lorascope::ui
