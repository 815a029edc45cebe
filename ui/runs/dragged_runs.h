#pragma once

#include <QObject>
#include <vector>

#include "core/store/run_record.h"

class QMimeData;
class QWidget;

namespace lorascope::ui {

class RunEdits;
class SessionModel;

/// What runs are dragged as: their numbers, as text, separated by blanks.
inline constexpr const char* kRunsMimeType = "application/x-lorascope-runs";
QMimeData* mimeOf(const std::vector<store::RunId>& ids);
std::vector<store::RunId> runsIn(const QMimeData* data);

/// Makes a page take runs that are dropped on it: their eyes are opened and their studies brought into view.
class RunDropTarget : public QObject {
  Q_OBJECT

 public:
  RunDropTarget(QWidget* page, SessionModel* session, RunEdits* edits);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void show(const std::vector<store::RunId>& ids);

  SessionModel* session_;
  RunEdits* edits_;
};

}  // namespace lorascope::ui
