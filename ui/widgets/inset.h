#pragma once

#include <QMargins>
#include <QWidget>

namespace lorascope::ui {

/// Room around a widget that is gone while the widget is hidden.
class Inset : public QWidget {
  Q_OBJECT

 public:
  Inset(QWidget* child, const QMargins& margins, QWidget* parent = nullptr);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace lorascope::ui
