#pragma once

#include <QAbstractListModel>
#include <vector>

#include "core/store/run_record.h"

namespace lorascope::ui {

class SessionModel;

/// The living runs, then the waiting ones in the order in which they will start.
class QueueModel : public QAbstractListModel {
  Q_OBJECT

 public:
  explicit QueueModel(SessionModel* session, QObject* parent = nullptr);

  /// 0 where the row is not there.
  store::RunId runAt(int row) const;
  int numWaiting() const { return num_waiting_; }

  /// Waiting rows can be dragged to another place among the waiting ones: moveRequested() follows, the order itself
  /// changes when the store says so.
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
  QStringList mimeTypes() const override;
  QMimeData* mimeData(const QModelIndexList& indexes) const override;
  bool canDropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                       const QModelIndex& parent) const override;
  bool dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                    const QModelIndex& parent) override;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 Q_SIGNALS:
  /// `before` is 0 for the end of the queue.
  void moveRequested(lorascope::store::RunId run, lorascope::store::RunId before);

 private:
  bool isWaiting(int row) const { return row >= rowCount() - num_waiting_ && row < rowCount(); }
  void rebuild();

  SessionModel* session_;
  std::vector<store::RunId> rows_;
  int num_waiting_ = 0;
};

}  // namespace lorascope::ui
