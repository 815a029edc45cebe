#pragma once

#include <QMainWindow>
#include <QPointer>
#include <QUndoStack>

#include "ui/main_window/session_model.h"
#include "ui/runs/run_edits.h"

class QDockWidget;
class QSplitter;
class QStackedWidget;

namespace lorascope::ui {

class CommandPalette;
class CompareTab;
class CurvesTab;
class HelpWindow;
class InspectTab;
class LogPanel;
class LorascopeProgram;
class MessageBar;
class ReportTab;
class RepresentationsTab;
class RunControl;
class RunsPanel;
class SplitPane;
class StatusLine;
class TopBar;
class TornTab;
class TrainTab;
class WeightsTab;
enum class Appearance;

/// The window: tabs in the middle, Runs on the left, Details on the right, log and queue below. Puts the parts together
/// and keeps its layout; what they show comes from the session.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(SessionModel* session, QWidget* parent = nullptr);
  ~MainWindow() override;

  /// "Train", "Curves", "Compare", "Weights", or "Study", the editor in Train: false for another name.
  bool showTab(const QString& name);
  /// The tab in a window of its own, until that is closed.
  void tearOffTab(const QString& name);
  /// The tab beside the others, in the right half; the one that stood there goes back. False for an unknown name.
  bool splitTab(const QString& name);
  void closeSplit();
  /// The tab in the right half; empty without one.
  QString splitName() const;
  /// "Train", "Compare", "Inspect": docks, log and tab for a kind of work, as they were left there. False for another.
  bool applyLayout(const QString& name);
  static QStringList layoutNames();
  QStringList tabNames() const { return tab_names_; }
  QWidget* tabPage(const QString& name) const { return pageOf(name); }
  void resetLayout();
  void setLogUnfolded(bool unfolded);

  QUndoStack* undoStack() { return &undo_; }
  RunsPanel* runsPanel() const { return runs_; }
  TrainTab* trainTab() const { return train_; }
  LogPanel* logPanel() const { return log_; }
  CompareTab* compareTab() const { return compare_; }
  WeightsTab* weightsTab() const { return weights_; }
  InspectTab* inspectTab() const { return inspect_; }
  RepresentationsTab* representationsTab() const { return representations_; }
  ReportTab* reportTab() const { return report_; }
  CommandPalette* commandPalette() const { return palette_; }
  HelpWindow* helpWindow() const;
  /// The study editor, empty or with a run's settings.
  void makeStudy();
  void cloneRun(store::RunId id);
  /// The output folder of a Hugging Face Trainer becomes a run.
  void importTrainerFolder(const QString& folder);
  void openPalette();
  /// Help about what has the focus; keys and gestures where there is none.
  void showContextHelp();
  void showHelpTopic(const QString& id);
  StatusLine* statusLine() const { return status_; }
  MessageBar* messages() const { return messages_; }
  RunControl* control() const { return control_; }

 Q_SIGNALS:
  void appearanceChosen(lorascope::ui::Appearance appearance);

 protected:
  void closeEvent(QCloseEvent* event) override;
  /// In a narrow window the details give way, until it is wide again or somebody asks for them.
  void resizeEvent(QResizeEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void buildCentre();
  void buildDocks();
  QDockWidget* addDock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area);
  void addTab(const QString& name, QWidget* page);
  void buildActions();
  void addFileActions(QMenu* menu);
  void addViewActions(QMenu* menu);
  void addLayoutActions(QMenu* menu);
  void keepLayout();
  void followRuns();
  void chooseStudyFile();
  void chooseWorkspace();
  void chooseAdapter();
  void exportCurrent();
  void giveBackTab(const QString& name);
  void showPinned(const QString& title);
  QWidget* pageOf(const QString& name) const;

  SessionModel* session_;
  QUndoStack undo_;
  RunEdits edits_;
  LorascopeProgram* program_;
  RunControl* control_;
  TopBar* top_ = nullptr;
  MessageBar* messages_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  QSplitter* centre_split_ = nullptr;
  SplitPane* split_ = nullptr;
  QString layout_name_;  ///< of the layout that was chosen last
  QStringList tab_names_;
  QList<QWidget*> tab_pages_;  ///< by tab, in the window or torn off
  TrainTab* train_ = nullptr;
  CurvesTab* curves_ = nullptr;
  CompareTab* compare_ = nullptr;
  WeightsTab* weights_ = nullptr;
  InspectTab* inspect_ = nullptr;
  RepresentationsTab* representations_ = nullptr;
  ReportTab* report_ = nullptr;
  CommandPalette* palette_ = nullptr;
  QList<TornTab*> torn_;
  RunsPanel* runs_ = nullptr;
  LogPanel* log_ = nullptr;
  StatusLine* status_ = nullptr;
  QDockWidget* runs_dock_ = nullptr;
  QDockWidget* details_dock_ = nullptr;
  bool details_gave_way_ = false;
  QDockWidget* log_dock_ = nullptr;
  QPointer<HelpWindow> help_;
  store::RunId followed_ = 0;  ///< the run that the window chose by itself; another selection is the user's
};

}  // namespace lorascope::ui
