#include "app/lorascope/queue/watch.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "app/lorascope/queue/launcher.h"
#include "app/lorascope/queue/queue_lock.h"
#include "core/base/error.h"
#include "core/store/command_box.h"

namespace lorascope::app::queue {
namespace {

using store::RunRecord;
using store::RunState;

constexpr std::chrono::milliseconds kBetweenLooks{200};

void stop_all(const store::Workspace& workspace, const std::vector<RunRecord>& runs) {
  store::RunStore store(workspace);
  store::CommandBox box(workspace);
  for (const RunRecord& run : runs) {
    if (store.change_state(run.id, {RunState::Queued}, RunState::Stopped, "stopped before it started",
                           "`lorascope resume " + std::to_string(run.id) + "` starts it")) {
      continue;
    }
    try {
      box.post(run.id, store::CommandKind::Stop);
    } catch (const StoreError&) {
      throw;
    } catch (const Error&) {
      // It ended by itself in this very moment.
    }
  }
}

bool has_ended(const RunRecord& run) {
  return run.state != RunState::Queued && !store::is_alive(run.state);
}

}  // namespace

std::vector<RunRecord> watch_runs(const store::Workspace& workspace, const std::vector<store::RunId>& ids,
                                  const QueueOptions& options, RunBoard& board,
                                  const std::function<bool()>& interrupted) {
  const store::RunStore store(workspace);
  std::optional<QueueLock> lock;
  std::optional<RunQueue> queue;
  bool stopped = false;
  std::vector<RunRecord> runs;
  for (;;) {
    if (!lock) lock = QueueLock::try_take(workspace.folder());
    if (lock && !queue) {
      queue.emplace(workspace, options);
      queue->require_startable();
    }
    if (queue) queue->tick();
    runs.clear();
    for (const store::RunId id : ids) {
      if (std::optional<RunRecord> run = store.find(id)) runs.push_back(std::move(*run));
    }
    board.show(runs);
    if (std::all_of(runs.begin(), runs.end(), has_ended)) break;
    if (!stopped && interrupted()) {
      stop_all(workspace, runs);
      stopped = true;
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
  queue.reset();
  lock.reset();
  if (!store.queued().empty()) launch_queue(options.program, workspace, options.num_jobs);
  return runs;
}

}  // namespace lorascope::app::queue
