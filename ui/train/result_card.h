#pragma once

#include "ui/train/score_summary.h"
#include "ui/widgets/card.h"

class QGridLayout;

namespace lorascope::ui {

/// What a study came to: score with its spread over seeds, parameters trained, time; and where to go from here.
class ResultCard : public Card {
  Q_OBJECT

 public:
  explicit ResultCard(QWidget* parent = nullptr);
  void setSummary(const ScoreSummary& summary);

 Q_SIGNALS:
  void compareRequested();
  void inspectRequested();
  void curvesRequested();
  void weightsRequested();
  void exportRequested();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void fill();

  ScoreSummary summary_;
  QWidget* table_;
};

}  // namespace lorascope::ui
