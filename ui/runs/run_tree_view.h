#pragma once

#include <QSet>
#include <QSortFilterProxyModel>
#include <QTreeView>

#include "ui/runs/run_filter.h"
#include "ui/runs/run_tree_model.h"

namespace lorascope::ui {

class RunDelegate;
class SessionModel;

/// Keeps the runs that a RunFilter accepts, with the rows above them.
class RunFilterProxy : public QSortFilterProxyModel {
  Q_OBJECT

 public:
  explicit RunFilterProxy(RunTreeModel* model, QObject* parent = nullptr);
  void setFilter(const RunFilter& filter);

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  RunTreeModel* model_;
  RunFilter filter_;
};

/// The run list: selection, pointer and expanded rows stay in step with the session.
class RunTreeView : public QTreeView {
  Q_OBJECT

 public:
  explicit RunTreeView(SessionModel* session, QWidget* parent = nullptr);

  RunTreeModel* runModel() const { return model_; }
  void setFilter(const RunFilter& filter);
  /// All runs of the selected rows, each once, in the order of the list.
  std::vector<store::RunId> selectedRuns() const;

 Q_SIGNALS:
  void eyeClicked(const std::vector<lorascope::store::RunId>& ids, bool open);
  void studyEyeClicked(lorascope::store::RunId any_run_of_it, bool in_view);
  void starClicked(lorascope::store::RunId id, bool starred);

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void restoreRows();
  void expandRows(const QModelIndex& parent);
  void takeSelection();
  void showSelection();
  bool clickMark(const QModelIndex& index);

  SessionModel* session_;
  RunTreeModel* model_;
  RunFilterProxy* proxy_;
  RunDelegate* delegate_;
  QSet<QString> expanded_, collapsed_;
  bool is_filtered_ = false;
  bool is_updating_ = false;
};

}  // namespace lorascope::ui
