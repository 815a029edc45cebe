#include "ui/process/lorascope_program.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>

namespace lorascope::ui {

LorascopeProgram::LorascopeProgram(QObject* parent) : QObject(parent) {
  const QString wanted = qEnvironmentVariable("LORASCOPE_PROGRAM");
  const QString beside = QDir(QCoreApplication::applicationDirPath()).filePath(QStringLiteral("lorascope"));
  for (const QString& candidate : {wanted, beside}) {
    if (!candidate.isEmpty() && QFileInfo(candidate).isExecutable()) {
      path_ = candidate;
      return;
    }
  }
  path_ = QStandardPaths::findExecutable(QStringLiteral("lorascope"));
}

bool LorascopeProgram::startDetached(const QStringList& arguments) const {
  if (path_.isEmpty()) {
    return false;
  }
  QProcess process;
  process.setProgram(path_);
  process.setArguments(arguments);
  // Its words go to the runs' own logs; a full or closed pipe of ours must not hold it up.
  process.setStandardInputFile(QProcess::nullDevice());
  process.setStandardOutputFile(QProcess::nullDevice());
  process.setStandardErrorFile(QProcess::nullDevice());
  return process.startDetached();
}

void LorascopeProgram::run(const QStringList& arguments, const std::function<void(const ProgramResult&)>& done) {
  auto* process = new QProcess(this);
  connect(process, &QProcess::errorOccurred, this, [process, done](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) {
      process->deleteLater();
      done({.exit_code = -1, .output = {}, .errors = process->errorString()});
    }
  });
  connect(process, &QProcess::finished, this, [process, done](int exit_code) {
    process->deleteLater();
    done({.exit_code = exit_code,
          .output = QString::fromUtf8(process->readAllStandardOutput()),
          .errors = QString::fromUtf8(process->readAllStandardError())});
  });
  process->start(path_.isEmpty() ? QStringLiteral("lorascope") : path_, arguments);
}

QString LorascopeProgram::commandLine(const QStringList& arguments) {
  static const QRegularExpression kPlain(QStringLiteral("^[A-Za-z0-9_./:=,+@%-]+$"));
  QStringList words{QStringLiteral("lorascope")};
  for (const QString& argument : arguments) {
    if (kPlain.match(argument).hasMatch()) {
      words.append(argument);
    } else {
      QString quoted = argument;
      words.append('\'' + quoted.replace('\'', QStringLiteral("'\\''")) + '\'');
    }
  }
  return words.join(' ');
}

}  // namespace lorascope::ui
