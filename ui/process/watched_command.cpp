#include "ui/process/watched_command.h"

#include <QPointer>
#include <QProcess>
#include <QTimer>
#include <utility>

namespace lorascope::ui {
namespace {

constexpr int kPatience = 2000;          ///< ms that a command gets to stop by itself
constexpr qsizetype kMostErrors = 4000;  ///< letters of stderr that are kept

}  // namespace

WatchedCommand::WatchedCommand(const LorascopeProgram* program, QObject* parent) : QObject(parent), program_(program) {}

WatchedCommand::~WatchedCommand() {
  if (process_ == nullptr) return;
  process_->disconnect(this);
  process_->kill();
  process_->waitForFinished(kPatience);
}

bool WatchedCommand::start(const QStringList& arguments) {
  if (process_ != nullptr) return false;
  cancelled_ = false;
  errors_.clear();
  process_ = new QProcess(this);
  connect(process_, &QProcess::readyReadStandardError, this, &WatchedCommand::takeErrors);
  connect(process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) end(-1, process_->errorString());
  });
  connect(process_, &QProcess::finished, this, [this](int exit_code) { end(exit_code, {}); });
  process_->start(program_->path().isEmpty() ? QStringLiteral("lorascope") : program_->path(), arguments);
  return true;
}

void WatchedCommand::cancel() {
  if (process_ == nullptr || cancelled_) return;
  cancelled_ = true;
  process_->terminate();
  QTimer::singleShot(kPatience, this, [process = QPointer(process_)] {
    if (process) process->kill();
  });
}

void WatchedCommand::takeErrors() {
  errors_ += QString::fromUtf8(process_->readAllStandardError());
  errors_ = errors_.right(kMostErrors);
  const QString whole = errors_.left(errors_.lastIndexOf('\n'));
  const QString line = whole.mid(whole.lastIndexOf('\n') + 1).simplified();
  if (!line.isEmpty()) Q_EMIT progressed(line);
}

void WatchedCommand::end(int exit_code, const QString& problem) {
  QProcess* process = std::exchange(process_, nullptr);
  const QString output = problem.isEmpty() ? QString::fromUtf8(process->readAllStandardOutput()) : QString();
  errors_ += QString::fromUtf8(process->readAllStandardError());
  process->deleteLater();
  Q_EMIT finished({exit_code, output, problem.isEmpty() ? errors_ : problem}, cancelled_);
}

}  // namespace lorascope::ui
