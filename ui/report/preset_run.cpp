#include "ui/report/preset_run.h"

#include <QGridLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPushButton>
#include <utility>

#include "ui/main_window/session_model.h"
#include "ui/plots/pin.h"
#include "ui/process/lorascope_program.h"
#include "ui/report/report_pins.h"
#include "ui/representations/command_progress.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/number_format.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {

PresetRun::PresetRun(SessionModel* session, LorascopeProgram* program, ReportPins* pins, MessageBar* messages,
                     QWidget* parent)
    : QWidget(parent),
      session_(session),
      pins_(pins),
      messages_(messages),
      text_(new ElidedLabel),
      cancel_(new QPushButton(tr("Cancel"))),
      progress_(new CommandProgress(program)) {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(kGap);
  grid->setVerticalSpacing(2);
  grid->setColumnStretch(0, 1);
  grid->addWidget(text_, 0, 0);
  grid->addWidget(progress_, 1, 0);
  grid->addWidget(cancel_, 0, 1, 2, 1);
  cancel_->setToolTip(tr("End the analysis; what is pinned stays"));
  connect(cancel_, &QPushButton::clicked, this, &PresetRun::cancel);
  connect(progress_, &CommandProgress::said, this, &PresetRun::say);
  connect(progress_, &CommandProgress::finished, this, &PresetRun::take);
  // Its runs are those of the workspace that was open.
  connect(session_, &SessionModel::workspaceOpened, this, &PresetRun::cancel);
  hide();
}

bool PresetRun::isRunning() const { return progress_->isRunning() || is_waiting_; }

QString PresetRun::text() const { return isRunning() ? text_->text() : QString(); }

void PresetRun::start(const ProgramPreset& preset) {
  std::vector<store::RunRecord> runs;
  for (const RunId id : session_->shownRuns()) {
    if (const store::RunRecord* run = session_->run(id)) runs.push_back(*run);
  }
  cancel();
  messages_->clear();
  std::vector<ProgramStep> steps = preset.steps(runs);
  if (steps.empty()) {
    messages_->showMessage(Tone::Warning, tr("%1: the shown runs have nothing of the kind").arg(preset.name),
                           tr("Show finished runs of LoRA or full fine-tuning."));
    return;
  }
  name_ = preset.name;
  steps_ = std::move(steps);
  is_waiting_ = progress_->isRunning();
  if (!is_waiting_) begin();
}

void PresetRun::begin() {
  is_waiting_ = false;
  done_ = 0;
  since_.start();
  cancel_->setEnabled(true);
  cancel_->setAccessibleName(tr("Cancel %1").arg(name_));
  progress_->setAccessibleName(tr("Progress: %1").arg(name_));
  show();
  runStep();
}

void PresetRun::runStep() {
  arguments_ = steps_[done_].arguments + QStringList{QStringLiteral("--workspace"), session_->workspaceFolder(),
                                                     QStringLiteral("--json")};
  progress_->start(arguments_);
}

void PresetRun::cancel() {
  is_waiting_ = false;
  cancel_->setEnabled(false);
  progress_->cancel();
}

void PresetRun::say(const QString& of_program) {
  QStringList parts = {of_program};
  if (steps_.size() > 1) parts.prepend(tr("%1 of %2").arg(done_ + 1).arg(steps_.size()));
  const double share = progress_->maximum() > 0 ? progress_->value() / static_cast<double>(progress_->maximum()) : 0;
  const double done = (static_cast<double>(done_) + share) / static_cast<double>(steps_.size());
  // A command about several models knows better how much is still to do.
  if (done > 0 && !of_program.endsWith(QStringLiteral("left")))
    parts.append(tr("%1 left").arg(durationText(static_cast<double>(since_.elapsed()) / 1000 / done * (1 - done))));
  text_->setText(QStringLiteral("%1: %2").arg(name_, parts.join(QStringLiteral(", "))));
}

void PresetRun::take(const ProgramResult& result, bool cancelled) {
  if (cancelled) {
    is_waiting_ ? begin() : end();
    return;
  }
  const QJsonObject answer = QJsonDocument::fromJson(result.output.toUtf8()).object();
  if (result.exit_code != 0 || answer.isEmpty()) {
    messages_->showMessage(Tone::Error, problemText(result, tr("The analysis failed.")),
                           tr("In a terminal: %1").arg(LorascopeProgram::commandLine(arguments_)));
    end();
    return;
  }
  const ProgramStep& step = steps_[done_];
  std::vector<figures::ReportQuery> queries;
  for (figures::Content& content : step.contents(answer)) {
    queries.push_back(fixedQuery(std::move(content)));
    queries.back().runs = figures::selection_of(step.runs, session_->runs());
  }
  pins_->add(queries, name_);
  if (++done_ < steps_.size()) runStep();
  else end();
}

void PresetRun::end() {
  steps_.clear();
  hide();
}

}  // namespace lorascope::ui
