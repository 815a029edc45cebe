#pragma once

#include <functional>
#include <vector>

#include "app/lorascope/queue/run_board.h"
#include "app/lorascope/queue/run_queue.h"

namespace lorascope::app::queue {

/// Works the queue, or waits where another process does, until the given runs have ended, showing them on the board.
/// When `interrupted` becomes true the living ones are asked to stop and keep, and those that wait are stopped.
/// Runs of others that still wait at the end are left to a queue in the background. Returns the runs as they ended.
/// Throws as RunQueue::require_startable().
std::vector<store::RunRecord> watch_runs(const store::Workspace& workspace, const std::vector<store::RunId>& ids,
                                         const QueueOptions& options, RunBoard& board,
                                         const std::function<bool()>& interrupted);

}  // namespace lorascope::app::queue
