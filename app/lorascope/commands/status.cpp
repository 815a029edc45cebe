#include "app/lorascope/commands/status.h"

#include <iostream>
#include <map>

#include "app/lorascope/commands/workspace_option.h"
#include "app/lorascope/queue/queue_lock.h"
#include "app/lorascope/queue/run_board.h"
#include "core/store/liveness.h"
#include "core/store/run_store.h"

namespace lorascope::app {

bool print_status() {
  const std::string folder = default_workspace();
  if (!store::Workspace::exists(folder)) return false;
  const store::Workspace workspace = store::Workspace::open(folder);
  store::mark_lost_runs(workspace);
  std::map<store::RunState, int> counts;
  for (const store::RunRecord& run : store::RunStore(workspace).list()) {
    ++counts[run.state];
    if (store::is_alive(run.state)) std::cout << queue::board_line(run) << '\n';
  }
  std::string text;
  for (const auto& [state, count] : counts) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + std::string(store::text(state));
  }
  std::cout << workspace.folder().string() << ": " << (text.empty() ? "no runs" : text) << '\n';
  if (const auto owner = queue::QueueLock::owner(workspace.folder())) {
    std::cout << "a queue is at work (process " << owner->pid << ")\n";
  } else if (counts[store::RunState::Queued] > 0) {
    std::cout << "no queue is at work: `lorascope queue` starts the waiting runs\n";
  }
  std::cout << "\n`lorascope runs list` shows the runs, `lorascope --help` the commands.\n";
  return true;
}

}  // namespace lorascope::app
