#pragma once

#include <QWidget>

#include "core/store/run_record.h"
#include "ui/widgets/theme.h"

class QPainter;

namespace lorascope::ui {

/// What a run's state is drawn as: shape and colour both tell it, so that neither is needed alone.
/// queued: hollow ring; starting: broken ring; running: dot with a progress arc; paused: two bars; stopping: hollow
/// square; finished: filled disc with a tick; stopped: filled square; failed: cross; lost: question mark in a ring.
enum class StateShape { Ring, BrokenRing, ProgressDot, Bars, HollowSquare, Disc, Square, Cross, Question };

StateShape shapeOf(store::RunState state);
QColor colourOf(store::RunState state, const Colours& colours);

/// Share of the steps done, 0 to 1; 0 while it is not known.
double progressOf(const store::Heartbeat& heartbeat);

/// Paints the state into a square of at least 12 px.
void paintRunState(QPainter& painter, const QRectF& square, store::RunState state, double progress,
                   const Colours& colours);

/// The state as a small widget, with its name as accessible text and tool tip.
class StateIcon : public QWidget {
  Q_OBJECT

 public:
  explicit StateIcon(QWidget* parent = nullptr);
  void setState(store::RunState state, double progress);
  QSize sizeHint() const override { return {16, 16}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  store::RunState state_ = store::RunState::Queued;
  double progress_ = 0;
};

}  // namespace lorascope::ui
