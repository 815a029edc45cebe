#include "ui/plots/smoothing_field.h"

#include <QLineEdit>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>

#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr double kLargest = 0.999;
constexpr double kValuePerPixel = 0.005;
constexpr double kDragStart = 3;

/// Near 1 the same change of the weight means much more: two thirds of the field's travel end at 0.9.
double moved(double value, double pixels) {
  const double fineness = value > 0.9 ? 0.2 : 1.0;
  return std::clamp(value + pixels * kValuePerPixel * fineness, 0.0, kLargest);
}

}  // namespace

SmoothingField::SmoothingField(QWidget* parent) : QDoubleSpinBox(parent) {
  setRange(0, kLargest);
  setDecimals(3);
  setSingleStep(0.05);
  setPrefix(QStringLiteral("smooth "));
  setButtonSymbols(QAbstractSpinBox::NoButtons);
  setKeyboardTracking(false);
  setFont(captionFont());
  setAccessibleName(QStringLiteral("Smoothing"));
  setToolTip(
      QStringLiteral("Weight of the moving average over all points, 0 = raw. Type, use the arrow keys, or drag (S)"));
  setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("smooth 0.999")) + 22);
  lineEdit()->installEventFilter(this);
  lineEdit()->setCursor(Qt::SizeHorCursor);
  connect(this, &QDoubleSpinBox::valueChanged, this, [this](double value) {
    if (value > 0) last_weight_ = value;
  });
}

void SmoothingField::toggle() {
  setValue(value() > 0 ? 0 : last_weight_);
}

QString SmoothingField::textFromValue(double value) const {
  QString text = QString::number(value, 'f', 3);
  while (text.endsWith('0') && text.contains('.')) text.chop(1);
  if (text.endsWith('.')) text.chop(1);
  return text;
}

void SmoothingField::stepBy(int steps) {
  const double step = value() + (steps > 0 ? 1e-9 : -1e-9) >= 0.9 ? 0.01 : 0.05;
  setValue(std::round((value() + steps * step) * 1000) / 1000);
  lineEdit()->deselect();
}

bool SmoothingField::eventFilter(QObject* watched, QEvent* event) {
  auto* mouse = static_cast<QMouseEvent*>(event);
  switch (event->type()) {
    case QEvent::MouseButtonPress:
      press_ = mouse->globalPosition();
      value_at_press_ = value();
      dragging_ = false;
      break;
    case QEvent::MouseMove:
      if (press_) {
        const double distance = mouse->globalPosition().x() - press_->x();
        dragging_ = dragging_ || std::abs(distance) >= kDragStart;
        if (dragging_) {
          setValue(moved(value_at_press_, distance));
          lineEdit()->deselect();
          return true;
        }
      }
      break;
    case QEvent::MouseButtonRelease:
      press_.reset();
      break;
    default:
      break;
  }
  return QDoubleSpinBox::eventFilter(watched, event);
}

}  // namespace lorascope::ui
