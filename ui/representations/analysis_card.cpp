#include "ui/representations/analysis_card.h"

#include <QDir>
#include <QFile>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/main_window/session_model.h"
#include "ui/process/lorascope_program.h"
#include "ui/representations/command_progress.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"

namespace lorascope::ui {
namespace {

/// Names of the models of an analysis with what they were measured on.
QString subjectsText(const QJsonObject& analysis) {
  QStringList names;
  for (const QJsonValue& subject : analysis.value("subjects").toArray())
    names.append(subject.toObject().value("name").toString());
  return names.join(QStringLiteral("; "));
}

}  // namespace

AnalysisCard::AnalysisCard(const QString& title, const QString& what, SessionModel* session, LorascopeProgram* program)
    : Card(title),
      what_(what),
      session_(session),
      button_(new QPushButton),
      progress_(new CommandProgress(program)),
      message_(new MessageBar),
      caption_(makeCaption({})) {
  button_->setAccessibleDescription(title);
  header()->addWidget(button_);
  progress_->setAccessibleName(tr("Progress: %1").arg(title));
  caption_->setWordWrap(true);
  body()->addWidget(progress_);
  body()->addWidget(message_);
  connect(button_, &QPushButton::clicked, this, &AnalysisCard::press);
  connect(progress_, &CommandProgress::said, this, &AnalysisCard::setNote);
  connect(progress_, &CommandProgress::finished, this, &AnalysisCard::finish);
  showState();
}

bool AnalysisCard::isRunning() const { return progress_->isRunning(); }

QString AnalysisCard::caption() const { return caption_->text(); }

void AnalysisCard::setCaption(const QString& caption) {
  QStringList parts = {caption};
  for (const QJsonValue& warning : analysis_.value("warnings").toArray())
    parts.append(tr("Careful: %1.").arg(warning.toString()));
  parts.removeAll(QString());
  caption_->setText(parts.join(' '));
  // Below whatever the card shows.
  body()->removeWidget(caption_);
  body()->addWidget(caption_);
  caption_->setVisible(!caption_->text().isEmpty());
}

void AnalysisCard::press() {
  if (isRunning()) {
    progress_->cancel();
    return;
  }
  const QStringList more = arguments ? arguments() : QStringList();
  if (more.isEmpty()) {
    message_->showMessage(Tone::Info, missing);
    return;
  }
  message_->clear();
  last_arguments_ = QStringList{QStringLiteral("analyse"),     QStringLiteral("--what"),   what_,
                                QStringLiteral("--workspace"), session_->workspaceFolder(), QStringLiteral("--json")} +
                    more;
  progress_->start(last_arguments_);
  showState();
}

void AnalysisCard::finish(const ProgramResult& result, bool cancelled) {
  const QJsonObject answer = QJsonDocument::fromJson(result.output.toUtf8()).object();
  showState();
  if (cancelled) {
    setNote(tr("cancelled"));
  } else if (result.exit_code != 0 || answer.isEmpty()) {
    setNote({});
    message_->showMessage(Tone::Error, problemText(result, tr("Nothing could be computed.")),
                          tr("In a terminal: %1").arg(LorascopeProgram::commandLine(last_arguments_)));
    message_->addAction(tr("Try again"), [this] { press(); });
  } else {
    take(answer);
  }
  Q_EMIT ended();
}

void AnalysisCard::take(const QJsonObject& analysis) {
  analysis_ = analysis;
  setNote(subjectsText(analysis_));
  showAnalysis();
  showState();
  Q_EMIT analysed();
}

void AnalysisCard::loadStored() {
  if (isRunning()) return;
  const QDir folder(QDir(session_->workspaceFolder()).filePath(QStringLiteral("artifacts/analyses")));
  const QStringList files = session_->workspaceFolder().isEmpty()
                                ? QStringList()
                                : folder.entryList({what_ + QStringLiteral("-*.json")}, QDir::Files, QDir::Time);
  analysis_ = {};
  setNote({});
  message_->clear();
  for (const QString& name : files) {
    QFile file(folder.filePath(name));
    if (!file.open(QIODevice::ReadOnly)) continue;
    const QJsonObject stored = QJsonDocument::fromJson(file.readAll()).object();
    if (stored.value("analysis").toString() != what_) continue;
    take(stored);
    return;
  }
  setCaption({});
  showAnalysis();
  showState();
}

void AnalysisCard::showState() {
  const bool running = isRunning();
  button_->setText(running ? tr("Cancel") : analysis_.isEmpty() ? tr("Compute") : tr("Compute again"));
}

}  // namespace lorascope::ui
