#pragma once

#include <QApplication>
#include <QMouseEvent>
#include <QWidget>

namespace lorascope::test {

/// Delivers one mouse move to `widget` at once. QTest::mouseMove goes by the window system, which may drop it while the
/// machine is busy.
inline void move_mouse(QWidget& widget, QPointF to, Qt::MouseButtons buttons = {}, Qt::KeyboardModifiers modifiers = {}) {
  QMouseEvent move(QEvent::MouseMove, to, widget.mapToGlobal(to), Qt::NoButton, buttons, modifiers);
  QApplication::sendEvent(&widget, &move);
}

}  // namespace lorascope::test
