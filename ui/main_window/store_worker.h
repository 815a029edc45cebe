#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/store/study_store.h"
#include "core/store/workspace.h"
#include "ui/main_window/run_data.h"

namespace lorascope::ui {

using store::RunId;

/// What views want to be read.
struct StoreInterest {
  std::vector<RunId> runs;  ///< shown runs: series, evaluations, spectra
  RunId selected = 0;       ///< its events, artifacts and first batch too
  std::set<std::string> series;
  bool spectra = false;
};

/// New rows of one run: appended to what is known, or all of its rows when `from_start`.
struct RunNews {
  RunId id = 0;
  bool from_start = false;
  RunData data;
};

/// One look at the store. Nothing = unchanged.
struct StoreNews {
  std::shared_ptr<const std::vector<store::RunRecord>> runs;
  std::optional<std::vector<store::StudyRecord>> studies;
  std::vector<RunNews> data;
};

/// Reads and writes the store on its own thread; lives there. SessionModel is its only user.
class StoreWorker : public QObject {
  Q_OBJECT

 public:
  StoreWorker();
  ~StoreWorker() override;

  void open(const QString& folder, bool create);
  void setInterest(const StoreInterest& interest);
  void edit(const std::function<void(const store::Workspace&)>& change);
  /// Reads what is new; everything when `force`, although no other connection has committed anything.
  void poll(bool force);

 Q_SIGNALS:
  void opened(const QString& folder);
  void news(const std::shared_ptr<lorascope::ui::StoreNews>& news);
  void failed(const QString& message, const QString& hint);

 private:
  /// How far one run has been read.
  struct Position {
    std::map<std::string, std::int64_t> last_step;
    std::int64_t last_spectrum_step = INT64_MIN;
    std::int64_t last_event = 0;
    std::int64_t heartbeat_step = 0;
    std::size_t num_evaluations = 0;
    std::size_t num_artifacts = 0;
    bool has_first_batch = false;
    bool was_read = false;
  };

  template <typename Work>
  void guarded(Work work);
  void readRuns(StoreNews& news);
  void readRun(RunId id, bool read_all, StoreNews& news);
  void readSelected(RunId id, Position& position, RunNews& news);
  bool wentBack(const store::RunRecord& record, Position& position);

  std::optional<store::Workspace> workspace_;
  std::unique_ptr<QTimer> timer_;  ///< made in open(), on the worker's thread
  std::int64_t version_ = -1;
  int num_polls_ = 0;
  StoreInterest interest_;
  std::shared_ptr<const std::vector<store::RunRecord>> runs_;
  std::unordered_map<RunId, Position> positions_;
};

}  // namespace lorascope::ui
