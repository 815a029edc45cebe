#include "ui/process/run_control.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

#include "core/store/run_store.h"
#include "ui/main_window/session_model.h"
#include "ui/process/lorascope_program.h"

namespace lorascope::ui {
namespace {

using store::RunState;

store::CommandKind commandOf(RunVerb verb) {
  switch (verb) {
    case RunVerb::Continue:
      return store::CommandKind::Continue;
    case RunVerb::StopAndKeep:
      return store::CommandKind::Stop;
    case RunVerb::Checkpoint:
      return store::CommandKind::Checkpoint;
    default:
      return store::CommandKind::Pause;
  }
}

/// The problems in what a failed `--json` command said; empty when it said none.
std::vector<Problem> problemsOf(const ProgramResult& result) {
  std::vector<Problem> problems;
  const QJsonObject object = QJsonDocument::fromJson(result.output.toUtf8()).object();
  const QJsonArray entries = object.value(QStringLiteral("problems")).toArray();
  for (const QJsonValue& entry : entries) {
    const auto text = [&](const char* key) {
      return entry.toObject().value(QLatin1String(key)).toString().toStdString();
    };
    problems.push_back({text("where"), text("found"), text("expected"), text("hint")});
  }
  return problems;
}

}  // namespace

bool isPossible(RunVerb verb, RunState state) {
  switch (verb) {
    case RunVerb::Pause:
      return state == RunState::Running || state == RunState::Starting;
    case RunVerb::Continue:
      return state == RunState::Paused;
    case RunVerb::StopAndKeep:
    case RunVerb::Checkpoint:
      return state == RunState::Running || state == RunState::Paused || state == RunState::Starting;
    case RunVerb::Resume:
      return store::can_resume(state);
    case RunVerb::MarkFailed:
      return state == RunState::Lost;
  }
  return false;
}

QString label(RunVerb verb) {
  switch (verb) {
    case RunVerb::Pause:
      return QObject::tr("Pause");
    case RunVerb::Continue:
      return QObject::tr("Continue");
    case RunVerb::StopAndKeep:
      return QObject::tr("Stop and keep");
    case RunVerb::Checkpoint:
      return QObject::tr("Save a checkpoint now");
    case RunVerb::Resume:
      return QObject::tr("Resume");
    case RunVerb::MarkFailed:
      return QObject::tr("Mark as failed");
  }
  return {};
}

QString iconName(RunVerb verb) {
  switch (verb) {
    case RunVerb::Pause:
      return QStringLiteral("pause");
    case RunVerb::Continue:
      return QStringLiteral("play");
    case RunVerb::StopAndKeep:
      return QStringLiteral("stop");
    case RunVerb::Checkpoint:
      return QStringLiteral("checkpoint");
    case RunVerb::Resume:
      return QStringLiteral("resume");
    case RunVerb::MarkFailed:
      return QStringLiteral("error");
  }
  return {};
}

RunControl::RunControl(SessionModel* session, LorascopeProgram* program, QObject* parent)
    : QObject(parent), session_(session), program_(program) {}

bool RunControl::start(const QStringList& arguments) {
  if (program_->startDetached(arguments)) {
    return true;
  }
  Q_EMIT failed(tr("The program lorascope could not be started."),
                program_->path().isEmpty()
                    ? tr("It is looked for beside this program. Set LORASCOPE_PROGRAM to its path.")
                    : tr("Try it in a terminal: %1").arg(LorascopeProgram::commandLine(arguments)));
  return false;
}

void RunControl::request(RunVerb verb, const std::vector<store::RunId>& ids) {
  std::vector<store::RunId> possible;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(possible), [&](store::RunId id) {
    const store::RunRecord* run = session_->run(id);
    return run != nullptr && isPossible(verb, run->state);
  });
  if (possible.empty()) {
    return;
  }
  if (verb == RunVerb::Resume) {
    for (const store::RunId id : possible) {
      start({QStringLiteral("resume"), QString::number(id), QStringLiteral("--workspace"), session_->workspaceFolder(),
             QStringLiteral("--detach")});
    }
    return;
  }
  session_->edit([verb, possible](const store::Workspace& workspace) {
    for (const store::RunId id : possible) {
      if (verb == RunVerb::MarkFailed) {
        store::RunStore(workspace).change_state(id, {RunState::Lost}, RunState::Failed, "marked as failed by hand");
      } else {
        store::CommandBox(workspace).post(id, commandOf(verb));
      }
    }
  });
}

void RunControl::startBuiltInStudy() {
  if (start({QStringLiteral("demo"), QStringLiteral("--workspace"), session_->workspaceFolder()})) {
    Q_EMIT studyStarted();
  }
}

void RunControl::startQueue() {
  start({QStringLiteral("queue"), QStringLiteral("--workspace"), session_->workspaceFolder()});
}

void RunControl::startStudy(const QString& study_file,
                            const std::function<void(const std::vector<Problem>&)>& problems) {
  const QStringList arguments{QStringLiteral("run"), study_file, QStringLiteral("--workspace"),
                              session_->workspaceFolder()};
  program_->run(arguments + QStringList{QStringLiteral("--dry-run"), QStringLiteral("--json")},
                [this, arguments, study_file, problems](const ProgramResult& result) {
                  if (result.exit_code == 0 || result.exit_code == -1) {
                    if (start(arguments + QStringList{QStringLiteral("--detach")})) Q_EMIT studyStarted();
                    return;
                  }
                  std::vector<Problem> found = problemsOf(result);
                  if (found.empty()) {
                    found.push_back({study_file.toStdString(), result.errors.trimmed().toStdString(), {}, {}});
                  }
                  problems(found);
                });
}

void RunControl::moveInQueue(store::RunId id, bool up) {
  session_->edit([id, up](const store::Workspace& workspace) {
    store::RunStore runs(workspace);
    const std::vector<store::RunRecord> queued = runs.queued();
    const auto found = std::find_if(queued.begin(), queued.end(), [&](const auto& run) { return run.id == id; });
    if (found == queued.end()) {
      return;
    }
    const auto place = found - queued.begin();
    const auto target = up ? place - 1 : place + 2;
    if (target < 0 || (!up && place + 1 == static_cast<std::ptrdiff_t>(queued.size()))) {
      return;
    }
    const bool last = target >= static_cast<std::ptrdiff_t>(queued.size());
    runs.move_in_queue(id, last ? std::optional<store::RunId>()
                                : std::optional<store::RunId>(queued[static_cast<std::size_t>(target)].id));
  });
}

void RunControl::placeInQueue(store::RunId id, std::optional<store::RunId> before) {
  if (before == id) return;
  session_->edit([id, before](const store::Workspace& workspace) { store::RunStore(workspace).move_in_queue(id, before); });
}

void RunControl::removeFromQueue(const std::vector<store::RunId>& ids) {
  session_->edit([ids](const store::Workspace& workspace) {
    for (const store::RunId id : ids) {
      store::RunStore(workspace).change_state(id, {RunState::Queued}, RunState::Stopped, "taken out of the queue");
    }
  });
}

}  // namespace lorascope::ui
