#include "ui/process/lorascope_program.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTimer>
#include <memory>

namespace lorascope::ui {
namespace {

constexpr int kPatienceMs = 2000;  ///< for a process that was asked to end

}  // namespace

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

QProcess* LorascopeProgram::runLines(const QStringList& arguments, const std::function<void(const QString&)>& line,
                                     const std::function<void(const ProgramResult&)>& done) {
  auto* process = new QProcess(this);
  const auto output = std::make_shared<QString>();
  const auto read = [process, output, line] {
    while (process->canReadLine()) {
      const QString text = QString::fromUtf8(process->readLine());
      output->append(text);
      line(text.trimmed());
    }
  };
  connect(process, &QProcess::readyReadStandardOutput, this, read);
  connect(process, &QProcess::errorOccurred, this, [process, done](QProcess::ProcessError error) {
    if (error != QProcess::FailedToStart) return;
    process->deleteLater();
    done({.exit_code = -1, .output = {}, .errors = process->errorString()});
  });
  connect(process, &QProcess::finished, this, [process, read, output, done](int exit_code) {
    read();
    process->deleteLater();
    output->append(QString::fromUtf8(process->readAllStandardOutput()));
    done({.exit_code = exit_code,
          .output = *output,
          .errors = QString::fromUtf8(process->readAllStandardError())});
  });
  process->start(path_.isEmpty() ? QStringLiteral("lorascope") : path_, arguments);
  return process;
}

void LorascopeProgram::stop(QProcess* process) {
  process->disconnect();
  connect(process, &QProcess::finished, process, &QObject::deleteLater);
  if (process->state() == QProcess::NotRunning) {
    process->deleteLater();
    return;
  }
  process->terminate();
  QTimer::singleShot(kPatienceMs, process, &QProcess::kill);
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
