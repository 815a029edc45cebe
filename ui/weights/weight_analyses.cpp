#include "ui/weights/weight_analyses.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMenu>
#include <algorithm>

#include "core/figures/run_groups.h"
#include "ui/process/lorascope_program.h"
#include "ui/widgets/card.h"
#include "ui/widgets/message_bar.h"

namespace lorascope::ui {

WeightAnalyses::WeightAnalyses(const QString& what, SessionModel* session, LorascopeProgram* program, QObject* parent)
    : QObject(parent), what_(what), session_(session), program_(program) {}

WeightAnalysis WeightAnalyses::of(const store::RunRecord& run, const QJsonObject& answer) const {
  WeightAnalysis analysis;
  analysis.run = run.id;
  analysis.name = figures::full_name(run);
  analysis.style.method = run.method;
  analysis.style.colour = figures::rgb_from_text(run.colour);
  analysis.modules = adapterModules(answer);
  return analysis;
}

void WeightAnalyses::analyse(RunId run) {
  const store::RunRecord* record = session_->run(run);
  if (record == nullptr) return;
  Q_EMIT started(QString::fromStdString(figures::full_name(*record)));
  const QStringList arguments = {
      QStringLiteral("analyse"),     QString::number(run),        QStringLiteral("--what"), what_,
      QStringLiteral("--workspace"), session_->workspaceFolder(), QStringLiteral("--json")};
  program_->run(arguments, [this, record = *record, arguments](const ProgramResult& result) {
    const QJsonObject answer = QJsonDocument::fromJson(result.output.toUtf8()).object();
    if (result.exit_code != 0 || answer.isEmpty()) {
      const QString errors = result.errors.trimmed();
      Q_EMIT failed(errors.isEmpty() ? tr("The run could not be analysed.") : errors,
                    LorascopeProgram::commandLine(arguments));
      return;
    }
    add(of(record, answer));
  });
}

void WeightAnalyses::add(WeightAnalysis analysis) {
  std::erase_if(all_, [&](const WeightAnalysis& other) { return other.run == analysis.run; });
  const RunId run = analysis.run;
  all_.push_back(std::move(analysis));
  Q_EMIT changed(run);
}

void WeightAnalyses::tellIn(Card* card, MessageBar* message) {
  connect(this, &WeightAnalyses::started, card, [card, message](const QString& name) {
    message->clear();
    card->setNote(tr("computing %1…").arg(name));
  });
  connect(this, &WeightAnalyses::failed, card, [message](const QString& problem, const QString& command) {
    message->showMessage(Tone::Error, problem, tr("In a terminal: %1").arg(command));
  });
}

void WeightAnalyses::loadStored() {
  const QString workspace = session_->workspaceFolder();
  if (workspace.isEmpty() || workspace == loaded_) return;
  if (!loaded_.isEmpty()) all_.clear();
  loaded_ = workspace;
  const QDir folder(QDir(workspace).filePath(QStringLiteral("artifacts/analyses")));
  RunId last = 0;
  for (const QString& name :
       folder.entryList({what_ + QStringLiteral("-*.json")}, QDir::Files, QDir::Time | QDir::Reversed)) {
    QFile file(folder.filePath(name));
    if (!file.open(QIODevice::ReadOnly)) continue;
    const QJsonObject stored = QJsonDocument::fromJson(file.readAll()).object();
    const RunId run = stored.value("subjects").toArray().at(0).toObject().value("run").toInteger();
    const store::RunRecord* record = session_->run(run);
    if (stored.value("analysis").toString() != what_ || record == nullptr) continue;
    std::erase_if(all_, [run](const WeightAnalysis& other) { return other.run == run; });
    all_.push_back(of(*record, stored));
    last = run;
  }
  if (last != 0) Q_EMIT changed(last);
}

void WeightAnalyses::fillMenu(QMenu* menu) {
  menu->clear();
  for (const store::RunRecord& run : session_->runs()) {
    if (run.state != store::RunState::Finished) continue;
    const QString name = QString::fromStdString(figures::full_name(run));
    if (run.method == "xlora") {
      menu->addAction(tr("%1: its update differs from token to token").arg(name))->setEnabled(false);
    } else {
      menu->addAction(name, this, [this, id = run.id] { analyse(id); });
    }
  }
  if (menu->isEmpty()) menu->addAction(tr("No run has finished yet"))->setEnabled(false);
}

}  // namespace lorascope::ui
