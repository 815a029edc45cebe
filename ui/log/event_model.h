#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "core/store/rows.h"

namespace lorascope::ui {

class SessionModel;

/// How much of the log is shown.
enum class LogLevel { Everything, Information, Warnings, Errors };

/// Whether an event of this level ("debug", "info", "warning", "error") is shown.
bool isShown(const std::string& event_level, LogLevel least);

/// The selected run's log, oldest first: time, level, text. Grows while the run lives.
class EventModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, Text, NumColumns };

  explicit EventModel(SessionModel* session, QObject* parent = nullptr);

  void setLevel(LogLevel least);
  /// The newest line, "12:04:51 evaluation at …"; empty without one.
  QString newestLine() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 Q_SIGNALS:
  void grown();

 private:
  void startAnew();
  void takeNew();

  SessionModel* session_;
  LogLevel least_ = LogLevel::Information;
  std::size_t num_taken_ = 0;         ///< events of the run that were looked at
  std::vector<store::Event> events_;  ///< those that are shown
};

}  // namespace lorascope::ui
