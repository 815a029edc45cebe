#include "ui/log/queue_model.h"

#include <QMimeData>
#include <algorithm>

#include "ui/main_window/session_model.h"
#include "ui/widgets/number_format.h"

namespace lorascope::ui {
namespace {

constexpr const char* kMimeType = "application/x-lorascope-queued-run";

}  // namespace

QueueModel::QueueModel(SessionModel* session, QObject* parent) : QAbstractListModel(parent), session_(session) {
  connect(session, &SessionModel::runsChanged, this, &QueueModel::rebuild);
  rebuild();
}

void QueueModel::rebuild() {
  std::vector<store::RunId> living;
  std::vector<const store::RunRecord*> waiting;
  for (const store::RunRecord& run : session_->runs()) {
    if (store::is_alive(run.state)) {
      living.push_back(run.id);
    } else if (run.state == store::RunState::Queued) {
      waiting.push_back(&run);
    }
  }
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const auto* a, const auto* b) { return a->queue_position < b->queue_position; });
  num_waiting_ = static_cast<int>(waiting.size());
  std::vector<store::RunId> rows = living;
  for (const store::RunRecord* run : waiting) {
    rows.push_back(run->id);
  }
  if (rows == rows_) {
    if (!rows_.empty()) {
      Q_EMIT dataChanged(index(0), index(static_cast<int>(rows_.size()) - 1));
    }
    return;
  }
  beginResetModel();
  rows_ = std::move(rows);
  endResetModel();
}

store::RunId QueueModel::runAt(int row) const {
  return row >= 0 && row < static_cast<int>(rows_.size()) ? rows_[static_cast<std::size_t>(row)] : 0;
}

int QueueModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

Qt::ItemFlags QueueModel::flags(const QModelIndex& index) const {
  const Qt::ItemFlags flags = QAbstractListModel::flags(index);
  if (!index.isValid()) return flags | Qt::ItemIsDropEnabled;
  return isWaiting(index.row()) ? flags | Qt::ItemIsDragEnabled : flags;
}

QStringList QueueModel::mimeTypes() const {
  return {QString::fromUtf8(kMimeType)};
}

QMimeData* QueueModel::mimeData(const QModelIndexList& indexes) const {
  auto* data = new QMimeData;
  if (!indexes.isEmpty()) data->setData(kMimeType, QByteArray::number(static_cast<qint64>(runAt(indexes.front().row()))));
  return data;
}

bool QueueModel::canDropMimeData(const QMimeData* data, Qt::DropAction, int, int, const QModelIndex&) const {
  return data->hasFormat(kMimeType);
}

bool QueueModel::dropMimeData(const QMimeData* data, Qt::DropAction, int row, int, const QModelIndex& parent) {
  const store::RunId run = data->data(kMimeType).toLongLong();
  int place = row >= 0 ? row : parent.isValid() ? parent.row() : rowCount();
  place = std::max(place, rowCount() - num_waiting_);  // never in front of what runs
  if (run == 0 || runAt(place) == run) return false;
  Q_EMIT moveRequested(run, runAt(place));
  return false;  // nothing is removed here: the store's new order arrives as any other change
}

QVariant QueueModel::data(const QModelIndex& index, int role) const {
  const store::RunRecord* run = session_->run(runAt(index.row()));
  if (run == nullptr || (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole)) {
    return {};
  }
  const QString group = QString::fromStdString(run->group);
  const QString name = QString::fromStdString(run->name);
  const QString title = group.isEmpty() ? name : QStringLiteral("%1, %2").arg(group, name);
  const int place = index.row() - (rowCount() - num_waiting_) + 1;
  return place > 0 ? QStringLiteral("%1.  %2").arg(place).arg(title)
                   : QStringLiteral("%1 · %2").arg(title, statusText(*run));
}

}  // namespace lorascope::ui
