#pragma once

#include <QObject>
#include <QSet>
#include <QString>
#include <QStringList>
#include <QThread>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "core/store/run_record.h"
#include "core/store/study_store.h"
#include "ui/main_window/run_data.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::ui {

using store::RunId;

class StoreWorker;
struct StoreNews;

/// The one object that all views share: the open workspace, its runs, what is shown and selected, the step cursor.
///
/// A worker thread with its own connection polls the store five times a second and reads only what is new; all reading
/// and writing happens there, so the UI thread never waits for the database. Everything below is called on the UI
/// thread and returns at once.
class SessionModel : public QObject {
  Q_OBJECT

 public:
  explicit SessionModel(QObject* parent = nullptr);
  ~SessionModel() override;

  /// Opens in the background: workspaceOpened or failed follows. `create` makes an empty workspace where there is none.
  void openWorkspace(const QString& folder, bool create = false);
  /// Empty until workspaceOpened.
  const QString& workspaceFolder() const { return folder_; }

  /// All runs that are not in the trash, in order of creation.
  const std::vector<store::RunRecord>& runs() const { return *runs_; }
  const std::vector<store::StudyRecord>& studies() const { return studies_; }
  /// Nullptr for an unknown or trashed run. Valid until the next runsChanged.
  const store::RunRecord* run(RunId id) const;

  /// What plots draw: the runs with an open eye of the studies in view, in order of creation.
  const std::vector<RunId>& shownRuns() const { return shown_; }
  bool isShown(RunId id) const;
  /// Opens or closes the eyes of runs (kept in the workspace).
  void setEyes(const std::vector<RunId>& ids, bool open);

  /// Studies whose runs are drawn (names; "" = runs without a study). At first the newest study; selecting a run of
  /// another study or starting a study changes it.
  const std::set<std::string>& studiesInView() const { return in_view_; }
  void setStudyInView(const std::string& study, bool in_view);

  /// The run that Train, Details and Log speak about: 0 = none. `selectedRuns` may hold more.
  RunId selectedRun() const { return selected_.empty() ? 0 : selected_.front(); }
  const std::vector<RunId>& selectedRuns() const { return selected_; }
  void select(const std::vector<RunId>& ids);

  /// The run under the pointer, in the list or on a curve; 0 = none. Views light it up.
  RunId hoverRun() const { return hover_; }
  void setHoverRun(RunId id);

  /// The step that all views point at; nothing = the newest.
  std::optional<std::int64_t> stepCursor() const { return cursor_; }
  void setStepCursor(std::optional<std::int64_t> step);

  /// Rows read so far of a shown or selected run; nullptr before the first of them arrived. Valid until the event loop
  /// runs again.
  const RunData* data(RunId id) const;
  /// From now on these series are read for all shown runs ("train/loss" is at the start).
  void wantSeries(const QStringList& names);
  /// From now on spectra are read for all shown runs.
  void wantSpectra();

  /// Runs `change` on the worker's connection, then looks for news at once. Errors arrive as failed().
  void edit(std::function<void(const store::Workspace&)> change);
  /// Looks for news without waiting for the next poll.
  void refresh();

 Q_SIGNALS:
  void workspaceOpened();
  /// A workspace could not be opened, or an edit failed: what happened, and what to do.
  void failed(const QString& message, const QString& hint);
  /// Records changed: state, heartbeat, score, name. `structure` = runs came or went, or moved between groups.
  void runsChanged(bool structure);
  void shownRunsChanged();
  void selectionChanged();
  void hoverRunChanged(lorascope::store::RunId id);
  void stepCursorChanged();
  /// Points were appended to these series of a run.
  void newPoints(lorascope::store::RunId id, const QStringList& series);
  void newEvaluations(lorascope::store::RunId id);
  void newSpectra(lorascope::store::RunId id);
  /// Events, artifacts or the first batch of the selected run.
  void newEvents(lorascope::store::RunId id);
  /// A resumed run went back to its checkpoint: what was read of it is forgotten and read again.
  void dataReset(lorascope::store::RunId id);

 private:
  void takeNews(const std::shared_ptr<StoreNews>& news);
  void takeRuns(const StoreNews& news);
  void takeData(StoreNews& news);
  void updateShown();
  void pushInterest();

  QThread thread_;
  StoreWorker* worker_ = nullptr;  ///< lives on thread_, deleted when it ends
  QString folder_;
  std::shared_ptr<const std::vector<store::RunRecord>> runs_;
  std::unordered_map<RunId, std::size_t> index_;
  std::vector<store::StudyRecord> studies_;
  std::unordered_map<RunId, RunData> data_;
  std::vector<RunId> shown_;
  std::set<std::string> in_view_;
  std::vector<RunId> selected_;
  RunId hover_ = 0;
  std::optional<std::int64_t> cursor_;
  std::set<std::string> wanted_series_ = {"train/loss"};
  bool wants_spectra_ = false;
};

}  // namespace lorascope::ui
