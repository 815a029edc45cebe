#include "ui/train/run_header.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <algorithm>

#include "ui/main_window/session_model.h"
#include "ui/widgets/chip.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/state_icon.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

constexpr int kProgressSteps = 1000;

QString phaseOf(const store::RunRecord& run) {
  const QString phase = QString::fromStdString(run.heartbeat.phase);
  const std::string_view state = store::text(run.state);
  const bool has_phase = run.state == store::RunState::Running || run.state == store::RunState::Starting;
  return has_phase && !phase.isEmpty() ? phase : QString::fromUtf8(state.data(), static_cast<qsizetype>(state.size()));
}

}  // namespace

QString progressText(const store::RunRecord& run) {
  QStringList parts;
  if (run.heartbeat.total_steps > 0) {
    parts.append(QObject::tr("step %1 of %2").arg(countText(run.heartbeat.step), countText(run.heartbeat.total_steps)));
  }
  parts.append(phaseOf(run));
  if (!run.reason.empty()) {
    parts.append(QString::fromStdString(run.reason));
  }
  return parts.join(QStringLiteral(" · "));
}

QString rateText(const store::RunRecord& run) {
  QStringList parts;
  if (store::is_alive(run.state)) {
    if (run.heartbeat.tokens_per_second > 0) {
      parts.append(QObject::tr("%1 tokens/s").arg(countText(qRound64(run.heartbeat.tokens_per_second))));
    }
    if (run.heartbeat.seconds_left >= 0) {
      parts.append(QObject::tr("%1 left").arg(durationText(run.heartbeat.seconds_left)));
    }
  } else if (run.result.seconds > 0) {
    parts.append(QObject::tr("%1 tokens/s").arg(countText(qRound64(run.result.tokens_per_second))));
    parts.append(durationText(run.result.seconds));
  }
  return parts.join(QStringLiteral(" · "));
}

RunHeader::RunHeader(SessionModel* session, RunControl* control, QWidget* parent)
    : Card({}, parent), session_(session), control_(control) {
  state_ = new StateIcon;
  name_ = new ElidedLabel;
  name_->setFont(titleFont());
  method_ = new Chip;
  auto* row = new QHBoxLayout;
  row->setSpacing(kGap);
  row->addWidget(state_);
  row->addWidget(name_, 1);
  row->addWidget(method_);
  row->addSpacing(kGap);
  body()->addLayout(row);
  for (const RunVerb verb : {RunVerb::Pause, RunVerb::Continue, RunVerb::StopAndKeep, RunVerb::Resume}) {
    addButton(verb);
    row->addWidget(buttons_.back().second);
  }
  progress_ = new QProgressBar;
  progress_->setTextVisible(false);
  progress_->setRange(0, kProgressSteps);
  progress_->setAccessibleName(tr("Progress of the run"));
  body()->addSpacing(4);
  body()->addWidget(progress_);
  body()->addSpacing(2);
  auto* numbers = new QHBoxLayout;
  step_ = new ElidedLabel;
  makeSecondary(step_);
  rate_ = makeValue({});
  makeSecondary(rate_);
  numbers->addWidget(step_, 1);
  numbers->addWidget(rate_);
  body()->addLayout(numbers);
}

void RunHeader::addButton(RunVerb verb) {
  auto* button = new QPushButton(themedIcon(iconName(verb)), label(verb));
  connect(button, &QPushButton::clicked, this, [this, verb] { control_->request(verb, {run_}); });
  buttons_.emplace_back(verb, button);
}

QPushButton* RunHeader::button(RunVerb verb) const {
  const auto found =
      std::find_if(buttons_.begin(), buttons_.end(), [&](const auto& entry) { return entry.first == verb; });
  return found != buttons_.end() ? found->second : nullptr;
}

void RunHeader::showRun(const store::RunRecord& run) {
  run_ = run.id;
  const QString name = QString::fromStdString(run.name);
  name_->setText(run.group.empty() ? name : QStringLiteral("%1 · %2").arg(QString::fromStdString(run.group), name));
  method_->setText(methodText(run));
  const bool is_done = run.state == store::RunState::Finished;
  const double progress = is_done ? 1.0 : progressOf(run.heartbeat);
  state_->setState(run.state, progress);
  // Known only after the model is loaded: until then the bar runs to and fro.
  const bool is_unknown = store::is_alive(run.state) && run.heartbeat.total_steps <= 0;
  progress_->setRange(0, is_unknown ? 0 : kProgressSteps);
  progress_->setValue(qRound(progress * kProgressSteps));
  step_->setText(progressText(run));
  setRole(step_, run.state == store::RunState::Failed || run.state == store::RunState::Lost ? "error" : "secondary");
  rate_->setText(rateText(run));
  for (const auto& [verb, button] : buttons_) {
    button->setVisible(isPossible(verb, run.state));
  }
}

}  // namespace lorascope::ui
