#pragma once

#include <QWidget>
#include <cstdint>
#include <optional>
#include <vector>

class QLabel;
class QSlider;

namespace lorascope::ui {

/// Goes through recorded steps only; at its right end it follows the newest.
class StepSlider : public QWidget {
  Q_OBJECT

 public:
  explicit StepSlider(QWidget* parent = nullptr);

  void setSteps(std::vector<std::int64_t> steps);
  /// Shows a step, or the newest; without a signal.
  void setStep(std::optional<std::int64_t> step);
  QSlider* slider() const { return slider_; }

 Q_SIGNALS:
  void stepChosen(std::int64_t step);
  void newestChosen();

 private:
  void showStep();

  std::vector<std::int64_t> steps_;
  std::optional<std::int64_t> step_;
  QSlider* slider_;
  QLabel* value_;
};

}  // namespace lorascope::ui
