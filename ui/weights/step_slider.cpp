#include "ui/weights/step_slider.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>

#include "ui/widgets/labels.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

StepSlider::StepSlider(QWidget* parent)
    : QWidget(parent), slider_(new QSlider(Qt::Horizontal)), value_(makeCaption({})) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kGap);
  row->addWidget(makeCaption(QStringLiteral("step")));
  row->addWidget(slider_, 1);
  row->addWidget(value_);
  value_->setMinimumWidth(QFontMetrics(captionFont()).horizontalAdvance(tr("000,000 (newest)")));
  value_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  slider_->setPageStep(5);
  slider_->setAccessibleName(tr("Step of the spectra"));
  connect(slider_, &QSlider::valueChanged, this, [this](int index) {
    if (index < 0 || index >= std::ssize(steps_)) return;
    const bool newest = index == std::ssize(steps_) - 1;
    step_ = newest ? std::nullopt : std::optional(steps_[static_cast<std::size_t>(index)]);
    showStep();
    if (newest) {
      Q_EMIT newestChosen();
    } else {
      Q_EMIT stepChosen(*step_);
    }
  });
}

void StepSlider::setSteps(std::vector<std::int64_t> steps) {
  if (steps == steps_) return;
  steps_ = std::move(steps);
  showStep();
}

void StepSlider::setStep(std::optional<std::int64_t> step) {
  step_ = step;
  showStep();
}

void StepSlider::showStep() {
  const QSignalBlocker quiet(slider_);
  slider_->setRange(0, std::max(0, static_cast<int>(steps_.size()) - 1));
  slider_->setEnabled(steps_.size() > 1);
  if (steps_.empty()) {
    value_->clear();
    return;
  }
  auto at = steps_.end();
  if (step_) at = std::upper_bound(steps_.begin(), steps_.end(), *step_);
  const auto index = std::max<std::ptrdiff_t>(0, at - steps_.begin() - 1);
  slider_->setValue(static_cast<int>(index));
  const std::int64_t shown = steps_[static_cast<std::size_t>(index)];
  value_->setText(step_ ? countText(shown) : tr("%1 (newest)").arg(countText(shown)));
}

}  // namespace lorascope::ui
