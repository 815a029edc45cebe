#include "ui/weights/surgery_card.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "core/figures/run_groups.h"
#include "ui/process/lorascope_program.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/help_topics.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/run_box.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

/// A number for the command line: always with a point.
QString plain(double value) {
  return QString::number(value, 'g', 6);
}

QDoubleSpinBox* makeNumber(double least, double most, double value, const QString& name) {
  auto* field = new QDoubleSpinBox;
  field->setRange(least, most);
  field->setSingleStep(0.1);
  field->setValue(value);
  field->setAccessibleName(name);
  return field;
}

}  // namespace

SurgeryCard::SurgeryCard(SessionModel* session, LorascopeProgram* program, QWidget* parent)
    : Card(tr("Change the update"), parent),
      session_(session),
      program_(program),
      message_(new MessageBar),
      runs_(new RunBox),
      operation_(new QComboBox),
      factor_(makeNumber(-10, 10, 0.5, tr("Factor of the update"))),
      rank_(new QSpinBox),
      energy_(makeNumber(50, 99.9, 90, tr("Share of the energy to keep"))),
      others_(new RunBox),
      other_weight_(makeNumber(-10, 10, 1, tr("Weight of the other adapter"))),
      save_(new QPushButton(tr("Save as a derived run"))),
      command_(makeCaption({})) {
  setHelpTopic(this, QStringLiteral("measure.derived_run"));
  setNote(tr("without training; the run stays, the new one names it as its parent"));
  body()->addWidget(message_);
  buildFields();
  command_->setFont(fixedFont());
  command_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  command_->setWordWrap(true);
  body()->addWidget(command_);
  for (QComboBox* box : std::initializer_list<QComboBox*>{runs_, others_, operation_})
    connect(box, &QComboBox::currentIndexChanged, this, &SurgeryCard::refresh);
  for (QDoubleSpinBox* field : {factor_, energy_, other_weight_})
    connect(field, &QDoubleSpinBox::valueChanged, this, &SurgeryCard::refresh);
  connect(rank_, &QSpinBox::valueChanged, this, &SurgeryCard::refresh);
  connect(save_, &QPushButton::clicked, this, &SurgeryCard::save);
  connect(session_, &SessionModel::runsChanged, this, &SurgeryCard::fillRuns);
  fillRuns();
}

void SurgeryCard::buildFields() {
  operation_->addItems({tr("scale by"), tr("cut to rank"), tr("keep the energy"), tr("merge with"),
                        tr("merge into the base")});
  operation_->setAccessibleName(tr("What is done to the update"));
  runs_->setAccessibleName(tr("Run whose update is changed"));
  others_->setAccessibleName(tr("Run that is merged with"));
  rank_->setRange(1, 4096);
  rank_->setValue(4);
  rank_->setAccessibleName(tr("Rank of the new adapter"));
  energy_->setSuffix(QStringLiteral(" %"));
  other_weight_->setPrefix(tr("weight "));
  auto* row = new FlowLayout;
  for (QWidget* widget : std::initializer_list<QWidget*>{runs_, operation_, factor_, rank_, energy_, others_,
                                                         other_weight_, save_})
    row->addWidget(widget);
  body()->addLayout(row);
}

void SurgeryCard::fillRuns() {
  std::vector<RunBox::Entry> runs, adapters;
  for (const store::RunRecord& run : session_->runs()) {
    if (run.state != store::RunState::Finished || (run.method != "lora" && run.method != "ft")) continue;
    runs.push_back({QString::fromStdString(figures::full_name(run)), run.id});
    if (run.method == "lora") adapters.push_back(runs.back());
  }
  runs_->setEntries(std::move(runs));
  others_->setEntries(std::move(adapters));
  refresh();
}

void SurgeryCard::setRun(RunId run) {
  runs_->setRun(run);
}

QStringList SurgeryCard::arguments() const {
  if (runs_->count() == 0) return {};
  QStringList words = {QStringLiteral("derive"), QString::number(runs_->run())};
  switch (operation_->currentIndex()) {
    case Scale:
      return words << QStringLiteral("--scale") << plain(factor_->value());
    case Rank:
      return words << QStringLiteral("--rank") << QString::number(rank_->value());
    case Energy:
      return words << QStringLiteral("--energy") << plain(energy_->value() / 100);
    case Merge:
      if (others_->count() == 0 || others_->run() == runs_->run()) return {};
      return words << QStringLiteral("--with") << QString::number(others_->run())
                   << QStringLiteral("--weights") << QStringLiteral("1,") + plain(other_weight_->value());
    default:
      return words << QStringLiteral("--whole");
  }
}

void SurgeryCard::refresh() {
  const int operation = operation_->currentIndex();
  factor_->setVisible(operation == Scale);
  rank_->setVisible(operation == Rank);
  energy_->setVisible(operation == Energy);
  others_->setVisible(operation == Merge);
  other_weight_->setVisible(operation == Merge);
  const QStringList words = arguments();
  save_->setEnabled(!words.isEmpty() && !works_);
  command_->setText(!words.isEmpty()       ? LorascopeProgram::commandLine(words)
                    : runs_->count() == 0 ? tr("No run of full fine-tuning or LoRA has finished yet.")
                                          : tr("Choose another run to merge with."));
}

void SurgeryCard::save() {
  QStringList words = arguments();
  if (words.isEmpty() || works_) return;
  words << QStringLiteral("--workspace") << session_->workspaceFolder() << QStringLiteral("--json");
  works_ = true;
  message_->showMessage(Tone::Info, tr("Computing and scoring the new weights…"));
  refresh();
  program_->run(words, [this, words](const ProgramResult& result) {
    works_ = false;
    const QJsonObject answer = QJsonDocument::fromJson(result.output.toUtf8()).object();
    if (result.exit_code != 0 || answer.isEmpty()) {
      const QString text = result.errors.trimmed();
      message_->showMessage(Tone::Error, text.isEmpty() ? tr("The run could not be derived.") : text,
                            tr("In a terminal: %1").arg(LorascopeProgram::commandLine(words)));
    } else {
      const qint64 id = answer.value("run_id").toInteger();
      message_->showMessage(Tone::Info, tr("Saved as run %1.").arg(id));
      message_->addAction(tr("Show it"), [this, id] { session_->select({id}); });
      session_->refresh();
      Q_EMIT derived(id);
    }
    refresh();
    Q_EMIT shown();
  });
}

}  // namespace lorascope::ui
