#include "ui/runs/run_edits.h"

#include <QObject>
#include <QPointer>
#include <QUndoStack>
#include <algorithm>
#include <functional>
#include <map>

#include "core/store/run_store.h"
#include "ui/main_window/session_model.h"

namespace lorascope::ui {
namespace {

using store::RunId;
using store::RunStore;
using Ids = std::vector<RunId>;
using Change = std::function<void(RunStore&)>;

class StoreEdit : public QUndoCommand {
 public:
  StoreEdit(SessionModel* session, const QString& text, Change redo, Change undo)
      : QUndoCommand(text), session_(session), redo_(std::move(redo)), undo_(std::move(undo)) {}

  void redo() override { apply(redo_); }
  void undo() override { apply(undo_); }

 private:
  void apply(const Change& change) const {
    if (session_ != nullptr) {
      session_->edit([change](const store::Workspace& workspace) {
        RunStore runs(workspace);
        change(runs);
      });
    }
  }

  QPointer<SessionModel> session_;
  Change redo_, undo_;
};

/// What `value` gives for each of the runs as they are now.
template <typename Value>
auto remembered(const SessionModel& session, const Ids& ids, Value value) {
  std::map<RunId, decltype(value(std::declval<const store::RunRecord&>()))> values;
  for (const RunId id : ids) {
    if (const store::RunRecord* run = session.run(id)) {
      values.emplace(id, value(*run));
    }
  }
  return values;
}

QString tr(const char* text) {
  return QObject::tr(text);
}

}  // namespace

QString RunEdits::nameOf(const Ids& ids) const {
  if (ids.size() == 1) {
    const store::RunRecord* run = session_->run(ids.front());
    return run != nullptr ? QString::fromStdString(run->name) : QString();
  }
  return tr("%1 runs").arg(ids.size());
}

void RunEdits::rename(RunId id, const QString& name) {
  const store::RunRecord* run = session_->run(id);
  if (run == nullptr) {
    return;
  }
  stack_->push(new StoreEdit(
      session_, tr("rename %1").arg(nameOf({id})),
      [id, now = name.toStdString()](RunStore& runs) { runs.set_name(id, now); },
      [id, before = run->name](RunStore& runs) { runs.set_name(id, before); }));
}

void RunEdits::setNote(RunId id, const QString& markdown) {
  const store::RunRecord* run = session_->run(id);
  if (run == nullptr || QString::fromStdString(run->note) == markdown) {
    return;
  }
  stack_->push(new StoreEdit(
      session_, tr("note on %1").arg(nameOf({id})),
      [id, now = markdown.toStdString()](RunStore& runs) { runs.set_note(id, now); },
      [id, before = run->note](RunStore& runs) { runs.set_note(id, before); }));
}

void RunEdits::addTag(const Ids& ids, const QString& tag) {
  const std::string name = tag.trimmed().toStdString();
  Ids without;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(without), [&](RunId id) {
    const store::RunRecord* run = session_->run(id);
    return run != nullptr && std::find(run->tags.begin(), run->tags.end(), name) == run->tags.end();
  });
  if (name.empty() || without.empty()) {
    return;
  }
  const auto each = [without](auto change) {
    return [without, change](RunStore& runs) {
      for (const RunId id : without) change(runs, id);
    };
  };
  stack_->push(new StoreEdit(session_, tr("tag %1").arg(nameOf(without)),
                             each([name](RunStore& runs, RunId id) { runs.add_tag(id, name); }),
                             each([name](RunStore& runs, RunId id) { runs.remove_tag(id, name); })));
}

void RunEdits::removeTag(RunId id, const QString& tag) {
  const std::string name = tag.toStdString();
  stack_->push(new StoreEdit(
      session_, tr("remove tag %1").arg(tag), [id, name](RunStore& runs) { runs.remove_tag(id, name); },
      [id, name](RunStore& runs) { runs.add_tag(id, name); }));
}

void RunEdits::setColour(const Ids& ids, const QString& colour) {
  const auto before = remembered(*session_, ids, [](const auto& run) { return run.colour; });
  stack_->push(new StoreEdit(
      session_, tr("colour of %1").arg(nameOf(ids)),
      [ids, now = colour.toStdString()](RunStore& runs) {
        for (const RunId id : ids) runs.set_colour(id, now);
      },
      [before](RunStore& runs) {
        for (const auto& [id, value] : before) runs.set_colour(id, value);
      }));
}

void RunEdits::setStarred(const Ids& ids, bool starred) {
  const auto before = remembered(*session_, ids, [](const auto& run) { return run.starred; });
  stack_->push(new StoreEdit(
      session_, (starred ? tr("star %1") : tr("unstar %1")).arg(nameOf(ids)),
      [ids, starred](RunStore& runs) {
        for (const RunId id : ids) runs.set_starred(id, starred);
      },
      [before](RunStore& runs) {
        for (const auto& [id, value] : before) runs.set_starred(id, value);
      }));
}

void RunEdits::setEyes(const Ids& ids, bool open) {
  const auto before = remembered(*session_, ids, [](const auto& run) { return run.hidden; });
  stack_->push(new StoreEdit(
      session_, (open ? tr("show %1") : tr("hide %1")).arg(nameOf(ids)),
      [ids, open](RunStore& runs) {
        for (const RunId id : ids) runs.set_hidden(id, !open);
      },
      [before](RunStore& runs) {
        for (const auto& [id, value] : before) runs.set_hidden(id, value);
      }));
}

void RunEdits::moveToTrash(const Ids& ids) {
  Ids ended;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(ended), [&](RunId id) {
    const store::RunRecord* run = session_->run(id);
    return run != nullptr && !store::is_alive(run->state);
  });
  if (ended.empty()) {
    return;
  }
  const auto trash = [ended](bool trashed) {
    return [ended, trashed](RunStore& runs) {
      for (const RunId id : ended) runs.set_trashed(id, trashed);
    };
  };
  stack_->push(new StoreEdit(session_, tr("delete %1").arg(nameOf(ended)), trash(true), trash(false)));
}

}  // namespace lorascope::ui
