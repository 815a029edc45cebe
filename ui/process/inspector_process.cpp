#include "ui/process/inspector_process.h"

#include <QJsonDocument>
#include <QProcess>
#include <utility>

#include "ui/process/lorascope_program.h"

namespace lorascope::ui {
namespace {

constexpr int kMillisecondsToEnd = 300;

/// "Hint: …" of what a failed command said, and the rest without the program's name.
QString withoutHint(const QString& text, QString& hint) {
  QStringList lines;
  for (QString line : text.split('\n', Qt::SkipEmptyParts)) {
    if (line.startsWith(QStringLiteral("warning:"))) continue;
    if (line.startsWith(QStringLiteral("Hint: "))) {
      hint = line.mid(6);
      continue;
    }
    if (line.startsWith(QStringLiteral("lorascope: "))) line = line.mid(11);
    lines.append(line);
  }
  return lines.join('\n');
}

}  // namespace

InspectorProcess::InspectorProcess(LorascopeProgram* program, QObject* parent) : QObject(parent), program_(program) {}

InspectorProcess::~InspectorProcess() {
  waiting_.clear();
  stop();
}

void InspectorProcess::start(const QStringList& arguments) {
  if (arguments == arguments_ && (state_ == State::Loading || state_ == State::Ready)) return;
  stop();
  arguments_ = arguments;
  process_ = new QProcess(this);
  connect(process_, &QProcess::readyReadStandardOutput, this, &InspectorProcess::readLines);
  connect(process_, &QProcess::finished, this, &InspectorProcess::finished);
  connect(process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) {
      fail(tr("The program lorascope could not be started."),
           tr("It is looked for beside this program. Set LORASCOPE_PROGRAM to its path."));
    }
  });
  setState(State::Loading);
  const QString path = program_->path();
  process_->start(path.isEmpty() ? QStringLiteral("lorascope") : path,
                  QStringList{QStringLiteral("inspect"), QStringLiteral("--serve")} + arguments);
  ask({{QStringLiteral("ask"), QStringLiteral("describe")}}, [this](const Reply& reply) {
    if (!reply.error.isEmpty()) return fail(reply.error, reply.hint);
    description_ = reply.answer;
    setState(State::Ready);
  });
}

void InspectorProcess::stop() {
  if (process_ != nullptr) {
    process_->disconnect(this);
    process_->closeWriteChannel();
    process_->terminate();
    if (!process_->waitForFinished(kMillisecondsToEnd)) process_->kill();
    process_->deleteLater();
    process_ = nullptr;
  }
  const bool was_busy = isBusy();
  waiting_.clear();
  unread_.clear();
  description_ = {};
  error_.clear();
  hint_.clear();
  arguments_.clear();
  if (state_ != State::Stopped) setState(State::Stopped);
  if (was_busy) Q_EMIT busyChanged(false);
}

void InspectorProcess::setState(State state) {
  state_ = state;
  Q_EMIT stateChanged();
}

void InspectorProcess::fail(const QString& error, const QString& hint) {
  error_ = error;
  hint_ = hint;
  const bool was_busy = isBusy();
  const std::map<int, Take> lost = std::exchange(waiting_, {});
  setState(State::Failed);
  if (was_busy) Q_EMIT busyChanged(false);
}

void InspectorProcess::finished() {
  if (process_ == nullptr) return;
  readLines();
  QString hint;
  const QString said = withoutHint(QString::fromUtf8(process_->readAllStandardError()).trimmed(), hint);
  process_->deleteLater();
  process_ = nullptr;
  fail(said.isEmpty() ? tr("The process that holds the model has ended.") : said, hint);
}

int InspectorProcess::ask(QJsonObject question, Take take) {
  const bool was_busy = isBusy();
  const int id = ++last_id_;
  question.insert(QStringLiteral("id"), id);
  waiting_[id] = std::move(take);
  write(question);
  if (!was_busy) Q_EMIT busyChanged(true);
  return id;
}

void InspectorProcess::withdraw(int id) {
  if (waiting_.erase(id) == 0) return;
  write({{QStringLiteral("cancel"), id}});
  if (!isBusy()) Q_EMIT busyChanged(false);
}

void InspectorProcess::write(const QJsonObject& object) {
  if (process_ != nullptr) process_->write(QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n');
}

void InspectorProcess::readLines() {
  unread_ += process_->readAllStandardOutput();
  for (qsizetype end = unread_.indexOf('\n'); end >= 0; end = unread_.indexOf('\n')) {
    const QByteArray line = unread_.left(end);
    unread_.remove(0, end + 1);
    takeLine(line);
    if (process_ == nullptr) return;
  }
}

void InspectorProcess::takeLine(const QByteArray& line) {
  const QJsonObject object = QJsonDocument::fromJson(line).object();
  const auto found = waiting_.find(object.value(QStringLiteral("id")).toInt());
  if (found == waiting_.end()) return;
  const Take take = std::move(found->second);
  waiting_.erase(found);
  const QJsonObject error = object.value(QStringLiteral("error")).toObject();
  Reply reply;
  reply.answer = object.value(QStringLiteral("answer")).toObject();
  reply.error = error.value(QStringLiteral("message")).toString();
  reply.hint = error.value(QStringLiteral("hint")).toString();
  if (!object.contains(QStringLiteral("cancelled"))) take(reply);
  if (!isBusy()) Q_EMIT busyChanged(false);
}

}  // namespace lorascope::ui
