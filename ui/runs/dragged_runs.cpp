#include "ui/runs/dragged_runs.h"

#include <QDropEvent>
#include <QMimeData>
#include <QWidget>

#include "ui/main_window/session_model.h"
#include "ui/runs/run_edits.h"

namespace lorascope::ui {

QMimeData* mimeOf(const std::vector<store::RunId>& ids) {
  QByteArrayList numbers;
  for (const store::RunId id : ids) numbers.append(QByteArray::number(static_cast<qlonglong>(id)));
  auto* data = new QMimeData;
  data->setData(QString::fromUtf8(kRunsMimeType), numbers.join(' '));
  return data;
}

std::vector<store::RunId> runsIn(const QMimeData* data) {
  std::vector<store::RunId> ids;
  for (const QByteArray& number : data->data(QString::fromUtf8(kRunsMimeType)).split(' ')) {
    if (const qlonglong id = number.toLongLong(); id > 0) ids.push_back(id);
  }
  return ids;
}

RunDropTarget::RunDropTarget(QWidget* page, SessionModel* session, RunEdits* edits)
    : QObject(page), session_(session), edits_(edits) {
  page->setAcceptDrops(true);
  page->installEventFilter(this);
}

bool RunDropTarget::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() != QEvent::DragEnter && event->type() != QEvent::Drop) return QObject::eventFilter(watched, event);
  auto* drop = static_cast<QDropEvent*>(event);
  const std::vector<store::RunId> ids = runsIn(drop->mimeData());
  if (ids.empty()) return QObject::eventFilter(watched, event);
  drop->acceptProposedAction();
  if (event->type() == QEvent::Drop) show(ids);
  return true;
}

void RunDropTarget::show(const std::vector<store::RunId>& ids) {
  for (const store::RunId id : ids) {
    const store::RunRecord* run = session_->run(id);
    if (run != nullptr && !session_->studiesInView().contains(run->study)) session_->setStudyInView(run->study, true);
  }
  edits_->setEyes(ids, true);
}

}  // namespace lorascope::ui
