#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include "core/base/error.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"

namespace lorascope::app::queue {

struct QueueOptions {
  int num_jobs = 1;               ///< runs at the same time; a paused run keeps its place
  std::filesystem::path program;  ///< the `lorascope` that carries runs
  /// What would make a run fail and is known before it starts; empty: nobody looks.
  std::function<std::vector<Problem>(const store::RunRecord&)> known_problems = {};
};

/// Starts queued runs of a workspace as processes of their own and notices how they end. Only the holder of QueueLock
/// works it. It may die at any time: its runs live on, and the next queue counts them.
class RunQueue {
 public:
  RunQueue(const store::Workspace& workspace, QueueOptions options);

  /// Before the first tick: throws StudyError where all waiting runs would fail for the same reasons that are known
  /// beforehand. They stay queued, with the reason beside them, so that a later queue takes them up.
  void require_startable();

  /// Takes note of ended processes, marks lost runs, starts what may start. False when nothing waits and no run that
  /// this queue started is alive.
  bool tick();

 private:
  void reap();
  void note_end(store::RunId run, int status);
  void start_waiting();

  const store::Workspace& workspace_;
  QueueOptions options_;
  store::RunStore runs_;
  std::map<std::int64_t, store::RunId> children_;  ///< by pid
};

/// Works the queue until it is empty. Returns at once where another process does. Throws as require_startable().
void work_queue(const store::Workspace& workspace, const QueueOptions& options);

}  // namespace lorascope::app::queue
