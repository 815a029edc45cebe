#pragma once

#include <vector>

#include "core/store/run_record.h"
#include "ui/process/run_control.h"
#include "ui/widgets/card.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace lorascope::ui {

class Chip;
class ElidedLabel;
class SessionModel;
class StateIcon;

/// What a run is doing now and what can be asked of it: state, step, epoch, rate, time left, Pause, Stop and keep,
/// Resume.
class RunHeader : public Card {
  Q_OBJECT

 public:
  RunHeader(SessionModel* session, RunControl* control, QWidget* parent = nullptr);

  void showRun(const store::RunRecord& run);
  /// The button of a verb, whether it is visible or not.
  QPushButton* button(RunVerb verb) const;

 private:
  void addButton(RunVerb verb);

  SessionModel* session_;
  RunControl* control_;
  store::RunId run_ = 0;
  StateIcon* state_;
  ElidedLabel* name_;
  Chip* method_;
  QProgressBar* progress_;
  ElidedLabel* step_;
  QLabel* rate_;
  std::vector<std::pair<RunVerb, QPushButton*>> buttons_;
};

/// "step 266 of 400 · epoch 6.7 · training": the left line under the progress bar.
QString progressText(const store::RunRecord& run);
/// "2,310 tokens/s · 24 s left": the right one.
QString rateText(const store::RunRecord& run);

}  // namespace lorascope::ui
