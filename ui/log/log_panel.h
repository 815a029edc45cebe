#pragma once

#include <QWidget>

#include "ui/log/event_model.h"

class QComboBox;
class QLabel;
class QListView;
class QStackedWidget;
class QPushButton;
class QTableView;
class QToolButton;

namespace lorascope::ui {

class ElidedLabel;
class ProcessLog;
class QueueModel;
class RunControl;

/// The strip at the bottom: the newest line of the selected run's log and the length of the queue. It stands above the
/// panel, and alone while that is folded; pressing it folds and unfolds.
class LogStrip : public QWidget {
  Q_OBJECT

 public:
  explicit LogStrip(QWidget* parent = nullptr);
  void setLine(const QString& line);
  void setWaiting(int number);
  void setUnfolded(bool unfolded);

 Q_SIGNALS:
  void pressed();

 protected:
  void mouseReleaseEvent(QMouseEvent* event) override;

 private:
  ElidedLabel* line_;
  QLabel* waiting_;
  QToolButton* fold_;
};

/// The bottom dock: the selected run's log with a level filter, and the queue with its order.
class LogPanel : public QWidget {
  Q_OBJECT

 public:
  LogPanel(SessionModel* session, RunControl* control, QWidget* parent = nullptr);

  LogStrip* strip() const { return strip_; }
  EventModel* events() const { return events_; }
  QueueModel* queue() const { return queue_; }
  ProcessLog* processLog() const { return output_; }
  /// Shows what the process itself has written, or the events of the run.
  void showOutput(bool output);

 private:
  QWidget* buildLog();
  QWidget* buildQueue();
  void copyLog() const;
  void followOutput();

  SessionModel* session_;
  RunControl* control_;
  EventModel* events_;
  QueueModel* queue_;
  LogStrip* strip_;
  QComboBox* source_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  ProcessLog* output_ = nullptr;
  QTableView* log_view_ = nullptr;
  QListView* queue_view_ = nullptr;
  QPushButton* start_ = nullptr;  ///< there while runs wait and nothing runs
};

}  // namespace lorascope::ui
