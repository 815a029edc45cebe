#include "ui/widgets/state_icon.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

namespace lorascope::ui {
namespace {

constexpr double kStroke = 1.5;
constexpr int kFullCircle = 360 * 16;  ///< QPainter counts in sixteenths of a degree

void paintCheck(QPainter& painter, const QRectF& box, const QColor& ground) {
  painter.setPen(QPen(ground, kStroke, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(Qt::NoBrush);
  QPainterPath check;
  check.moveTo(box.left() + box.width() * 0.27, box.top() + box.height() * 0.53);
  check.lineTo(box.left() + box.width() * 0.44, box.top() + box.height() * 0.69);
  check.lineTo(box.left() + box.width() * 0.74, box.top() + box.height() * 0.34);
  painter.drawPath(check);
}

void paintQuestion(QPainter& painter, const QRectF& box) {
  const QPointF middle = box.center();
  QPainterPath hook;
  hook.moveTo(middle.x() - 2, middle.y() - 1.4);
  hook.cubicTo(middle.x() - 2, middle.y() - 4, middle.x() + 2.2, middle.y() - 4, middle.x() + 2, middle.y() - 1.2);
  hook.cubicTo(middle.x() + 1.8, middle.y() - 0.2, middle.x(), middle.y(), middle.x(), middle.y() + 1);
  painter.drawPath(hook);
  painter.drawPoint(QPointF(middle.x(), middle.y() + 3));
}

}  // namespace

StateShape shapeOf(store::RunState state) {
  switch (state) {
    case store::RunState::Starting:
      return StateShape::BrokenRing;
    case store::RunState::Running:
      return StateShape::ProgressDot;
    case store::RunState::Paused:
      return StateShape::Bars;
    case store::RunState::Stopping:
      return StateShape::HollowSquare;
    case store::RunState::Finished:
      return StateShape::Disc;
    case store::RunState::Stopped:
      return StateShape::Square;
    case store::RunState::Failed:
      return StateShape::Cross;
    case store::RunState::Lost:
      return StateShape::Question;
    case store::RunState::Queued:
      break;
  }
  return StateShape::Ring;
}

QColor colourOf(store::RunState state, const Colours& colours) {
  switch (state) {
    case store::RunState::Starting:
    case store::RunState::Running:
      return colours.accent;
    case store::RunState::Paused:
    case store::RunState::Stopping:
    case store::RunState::Stopped:
      return colours.warning;
    case store::RunState::Finished:
      return colours.ok;
    case store::RunState::Failed:
    case store::RunState::Lost:
      return colours.error;
    case store::RunState::Queued:
      break;
  }
  return colours.secondary;
}

double progressOf(const store::Heartbeat& heartbeat) {
  if (heartbeat.total_steps <= 0) {
    return 0;
  }
  return std::clamp(static_cast<double>(heartbeat.step) / static_cast<double>(heartbeat.total_steps), 0.0, 1.0);
}

void paintRunState(QPainter& painter, const QRectF& square, store::RunState state, double progress,
                   const Colours& colours) {
  const QColor colour = colourOf(state, colours);
  const double side = std::min({square.width(), square.height(), 12.0});
  const QRectF box(square.center() - QPointF(side / 2, side / 2), QSizeF(side, side));
  const QRectF ring = box.adjusted(1, 1, -1, -1);
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QPen pen(colour, kStroke, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  switch (shapeOf(state)) {
    case StateShape::Ring:
      painter.drawEllipse(ring);
      break;
    case StateShape::BrokenRing:
      for (int part = 0; part < 4; ++part) {
        painter.drawArc(ring, part * kFullCircle / 4, kFullCircle / 7);
      }
      break;
    case StateShape::ProgressDot:
      painter.setPen(QPen(mixed(colour, colours.window, 0.7), kStroke));
      painter.drawEllipse(ring);
      painter.setPen(pen);
      painter.drawArc(ring, kFullCircle / 4, -qRound(kFullCircle * progress));
      painter.setPen(Qt::NoPen);
      painter.setBrush(colour);
      painter.drawEllipse(box.center(), 2.25, 2.25);
      break;
    case StateShape::Bars:
      painter.setPen(QPen(colour, 2.25, Qt::SolidLine, Qt::RoundCap));
      painter.drawLine(box.center() + QPointF(-2.25, -3), box.center() + QPointF(-2.25, 3));
      painter.drawLine(box.center() + QPointF(2.25, -3), box.center() + QPointF(2.25, 3));
      break;
    case StateShape::HollowSquare:
      painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), 1, 1);
      break;
    case StateShape::Disc:
      painter.setPen(Qt::NoPen);
      painter.setBrush(colour);
      painter.drawEllipse(box.adjusted(0.25, 0.25, -0.25, -0.25));
      paintCheck(painter, box, colours.surface);
      break;
    case StateShape::Square:
      painter.setPen(Qt::NoPen);
      painter.setBrush(colour);
      painter.drawRoundedRect(box.adjusted(1.75, 1.75, -1.75, -1.75), 1.5, 1.5);
      break;
    case StateShape::Cross:
      painter.setPen(QPen(colour, 2, Qt::SolidLine, Qt::RoundCap));
      painter.drawLine(box.center() + QPointF(-3, -3), box.center() + QPointF(3, 3));
      painter.drawLine(box.center() + QPointF(3, -3), box.center() + QPointF(-3, 3));
      break;
    case StateShape::Question:
      painter.drawEllipse(ring.adjusted(-0.5, -0.5, 0.5, 0.5));
      painter.setPen(QPen(colour, 1.25, Qt::SolidLine, Qt::RoundCap));
      paintQuestion(painter, box);
      break;
  }
  painter.restore();
}

StateIcon::StateIcon(QWidget* parent) : QWidget(parent) {
  setFixedSize(sizeHint());
  setState(state_, 0);
}

void StateIcon::setState(store::RunState state, double progress) {
  state_ = state;
  progress_ = progress;
  const std::string_view name = store::text(state);
  const QString text = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
  setToolTip(text);
  setAccessibleName(text);
  update();
}

void StateIcon::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paintRunState(painter, QRectF(rect()), state_, progress_, coloursOf(this));
}

}  // namespace lorascope::ui
