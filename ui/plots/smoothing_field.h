#pragma once

#include <QDoubleSpinBox>
#include <optional>

namespace lorascope::ui {

/// The weight of the moving average, typed, stepped with the arrow keys, or dragged sideways: "smooth 0.6". 0 = raw.
class SmoothingField : public QDoubleSpinBox {
  Q_OBJECT

 public:
  explicit SmoothingField(QWidget* parent = nullptr);

  /// To 0, and back to the last weight above 0.
  void toggle();

 protected:
  QString textFromValue(double value) const override;
  void stepBy(int steps) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  double last_weight_ = 0.6;
  std::optional<QPointF> press_;
  double value_at_press_ = 0;
  bool dragging_ = false;
};

}  // namespace lorascope::ui
