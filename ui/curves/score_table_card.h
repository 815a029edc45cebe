#pragma once

#include "ui/main_window/session_model.h"
#include "ui/plots/table_card.h"

class QTimer;

namespace lorascope::ui {

/// Scores of the shown runs by setting: mean and spread over seeds, the seeds below. Hidden while no run is shown.
class ScoreTableCard : public TableCard {
  Q_OBJECT

 public:
  explicit ScoreTableCard(SessionModel* session, QWidget* parent = nullptr);

  void rebuild();

 private:
  SessionModel* session_;
  QTimer* soon_;
};

}  // namespace lorascope::ui
