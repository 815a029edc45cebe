#include "ui/main_window/status_line.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <algorithm>

#include "ui/main_window/session_model.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/state_icon.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

QString nameOf(const store::RunRecord& run) {
  const QString name = QString::fromStdString(run.name);
  return run.group.empty() ? name : QStringLiteral("%1, %2").arg(QString::fromStdString(run.group), name);
}

}  // namespace

StatusLine::StatusLine(SessionModel* session, QWidget* parent) : QStatusBar(parent), session_(session) {
  setSizeGripEnabled(false);
  auto* content = new QWidget;
  auto* layout = new QHBoxLayout(content);
  layout->setContentsMargins(kPadding - 6, 0, kPadding - 6, 0);
  layout->setSpacing(20);
  auto* engine = new QHBoxLayout;
  engine->setSpacing(4);
  state_ = new StateIcon;
  engine_ = new QLabel;
  engine->addWidget(state_);
  engine->addWidget(engine_);
  layout->addLayout(engine);
  run_ = new ElidedLabel;
  makeSecondary(run_);
  layout->addWidget(run_, 2);
  for (QLabel** label : {&loss_, &rate_, &left_}) {
    *label = addLabel();
    layout->addWidget(*label);
  }
  layout->addStretch(1);
  for (QLabel** label : {&queue_, &memory_}) {
    *label = addLabel();
    layout->addWidget(*label);
  }
  workspace_ = new ElidedLabel;
  makeSecondary(workspace_);
  layout->addWidget(workspace_);
  addWidget(content, 1);
  setMinimumHeight(kControlHeight);
  connect(session, &SessionModel::runsChanged, this, &StatusLine::refresh);
  connect(session, &SessionModel::selectionChanged, this, &StatusLine::refresh);
  connect(session, &SessionModel::workspaceOpened, this, &StatusLine::refresh);
  refresh();
}

QLabel* StatusLine::addLabel() {
  auto* label = new QLabel;
  makeSecondary(label);
  return label;
}

void StatusLine::refresh() {
  int num_alive = 0;
  int num_waiting = 0;
  double memory = 0;
  const store::RunRecord* shown = nullptr;
  for (const store::RunRecord& run : session_->runs()) {
    num_waiting += run.state == store::RunState::Queued ? 1 : 0;
    if (store::is_alive(run.state)) {
      ++num_alive;
      memory += run.heartbeat.rss_mib;
      // The selected run where it lives, otherwise the newest that does.
      if (shown == nullptr || shown->id != session_->selectedRun()) {
        shown = &run;
      }
    }
  }
  const auto set = [](QLabel* label, const QString& text) {
    label->setText(text);
    label->setVisible(!text.isEmpty());
  };
  engine_->setText(num_alive > 0 ? tr("%1 running").arg(num_alive) : tr("idle"));
  state_->setVisible(shown != nullptr);
  QString run_text, loss, rate, left;
  if (shown != nullptr) {
    const store::Heartbeat& beat = shown->heartbeat;
    state_->setState(shown->state, progressOf(beat));
    run_text = nameOf(*shown);
    if (beat.total_steps > 0) {
      run_text += tr(" · step %1 / %2").arg(countText(beat.step), countText(beat.total_steps));
    }
    loss = beat.step > 0 ? tr("loss %1").arg(beat.loss, 0, 'f', 4) : QString();
    rate = beat.tokens_per_second > 0 ? tr("%1 tokens/s").arg(countText(qRound64(beat.tokens_per_second))) : QString();
    left = beat.seconds_left >= 0 ? tr("%1 left").arg(durationText(beat.seconds_left)) : QString();
  }
  set(run_, run_text);
  set(loss_, loss);
  set(rate_, rate);
  set(left_, left);
  set(memory_, memory > 0 ? memoryText(memory) : QString());
  set(queue_, num_waiting > 0 ? tr("%1 waiting").arg(num_waiting) : QString());
  const QString folder = session_->workspaceFolder();
  workspace_->setText(QDir(folder).dirName());
  workspace_->setToolTip(folder);
}

QStringList StatusLine::texts() const {
  QStringList texts;
  for (const QLabel* label : {engine_, static_cast<QLabel*>(run_), loss_, rate_, left_, queue_, memory_}) {
    if (!label->text().isEmpty()) {
      texts.append(label->text());
    }
  }
  return texts;
}

}  // namespace lorascope::ui
