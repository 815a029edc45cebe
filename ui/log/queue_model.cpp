#include "ui/log/queue_model.h"

#include <algorithm>

#include "ui/main_window/session_model.h"
#include "ui/widgets/number_format.h"

namespace lorascope::ui {

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
