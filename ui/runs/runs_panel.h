#pragma once

#include <QWidget>

#include "ui/process/run_control.h"

class QLabel;
class QLineEdit;
class QMenu;

namespace lorascope::ui {

class RunEdits;
class RunTreeView;
class SessionModel;

/// The left dock: filter line, run list, and what can be done with runs.
class RunsPanel : public QWidget {
  Q_OBJECT

 public:
  RunsPanel(SessionModel* session, RunControl* control, RunEdits* edits, QWidget* parent = nullptr);

  RunTreeView* tree() const { return tree_; }
  QLineEdit* filterLine() const { return filter_; }
  /// Fills a menu with what can be done with the selected runs: the context menu and the menu bar's Run menu.
  void fillRunMenu(QMenu* menu);
  /// Opens the eyes of the selected runs, or closes them when all are open.
  void toggleEyes();

 Q_SIGNALS:
  /// A new study with this run's settings, to be changed.
  void cloneRequested(lorascope::store::RunId id);

 private:
  void applyFilter();
  void addVerbs(QMenu* menu);
  void addTagMenu(QMenu* menu);
  void addColourMenu(QMenu* menu);
  std::vector<const store::RunRecord*> selectedRecords() const;

  SessionModel* session_;
  RunControl* control_;
  RunEdits* edits_;
  QLineEdit* filter_;
  QLabel* problem_;
  QLabel* empty_;
  RunTreeView* tree_;
};

}  // namespace lorascope::ui
