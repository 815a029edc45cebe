#pragma once

#include <QObject>
#include <QString>
#include <vector>

#include "core/store/report_store.h"

class QUndoStack;

namespace lorascope::ui {

class SessionModel;

/// Changes that a person makes to the report: each goes to the store at once and onto the undo stack.
class ReportEdits : public QObject {
  Q_OBJECT

 public:
  ReportEdits(SessionModel* session, QUndoStack* stack, QObject* parent = nullptr);

  /// New figures at the end; `what` says it in the undo text: "pin Training loss".
  void add(const std::vector<store::FigureRecord>& records, const QString& what);
  /// `before` and `after` are the same figure. Changes of one text that follow each other are undone together.
  void change(const store::FigureRecord& before, const store::FigureRecord& after, const QString& what);
  void remove(const store::FigureRecord& record);
  void order(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after);

 Q_SIGNALS:
  /// A change is in the store. `added`: the first of new figures, 0 otherwise.
  void stored(qint64 added);

 private:
  class Command;

  SessionModel* session_;
  QUndoStack* stack_;
};

}  // namespace lorascope::ui
