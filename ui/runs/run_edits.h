#pragma once

#include <QString>
#include <vector>

#include "core/store/run_record.h"

class QUndoStack;

namespace lorascope::ui {

class SessionModel;

/// Changes that a person makes to runs: each goes to the store at once and onto the undo stack, which says in words
/// what undo will undo ("Undo rename seed 42"). Training itself is not undone.
class RunEdits {
 public:
  RunEdits(SessionModel* session, QUndoStack* stack) : session_(session), stack_(stack) {}

  void rename(store::RunId id, const QString& name);
  void setNote(store::RunId id, const QString& markdown);
  void addTag(const std::vector<store::RunId>& ids, const QString& tag);
  void removeTag(store::RunId id, const QString& tag);
  /// "#RRGGBB"; empty gives the method's colour back.
  void setColour(const std::vector<store::RunId>& ids, const QString& colour);
  void setStarred(const std::vector<store::RunId>& ids, bool starred);
  void setEyes(const std::vector<store::RunId>& ids, bool open);
  /// To the trash. Runs that are alive are left out.
  void moveToTrash(const std::vector<store::RunId>& ids);

 private:
  /// "seed 42", or "3 runs".
  QString nameOf(const std::vector<store::RunId>& ids) const;

  SessionModel* session_;
  QUndoStack* stack_;
};

}  // namespace lorascope::ui
