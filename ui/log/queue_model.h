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

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 private:
  void rebuild();

  SessionModel* session_;
  std::vector<store::RunId> rows_;
  int num_waiting_ = 0;
};

}  // namespace lorascope::ui
