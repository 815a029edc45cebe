#include "core/store/liveness.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "core/base/clock.h"
#include "core/store/run_store.h"

namespace lorascope::store {
namespace {

struct ProcessStat {
  char state = 'X';
  std::int64_t start = 0;
};

/// Fields 3 and 22 of /proc/PID/stat; the name before them may hold spaces and brackets.
ProcessStat read_stat(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return {};
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  ProcessStat stat;
  fields >> stat.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> stat.start;
  return stat;
}

}  // namespace

std::int64_t process_start(std::int64_t pid) {
  return pid > 0 ? read_stat(pid).start : 0;
}

bool process_is_alive(std::int64_t pid, std::int64_t start) {
  if (pid <= 0) return false;
  const ProcessStat stat = read_stat(pid);
  return stat.start != 0 && stat.start == start && stat.state != 'Z' && stat.state != 'X';
}

std::vector<RunId> mark_lost_runs(const Workspace& workspace, double after_seconds) {
  RunStore runs(workspace);
  std::vector<RunId> lost;
  const double now = now_seconds();
  for (const RunRecord& run : runs.alive()) {
    if (process_is_alive(run.pid, run.pid_start)) continue;
    const bool is_starting = run.state == RunState::Starting && run.pid == 0;
    const double limit = is_starting ? kStartSeconds : after_seconds;
    if (now - std::max(run.heartbeat.time, run.started) < limit) continue;
    const std::string when = run.heartbeat.step > 0
                                 ? "; last sign of life at step " + std::to_string(run.heartbeat.step)
                                 : " before it began to train";
    const bool changed =
        runs.change_state(run.id, {run.state}, RunState::Lost, "its process is gone" + when,
                          "lorascope resume " + std::to_string(run.id) + " goes on from the last checkpoint");
    if (changed) lost.push_back(run.id);
  }
  return lost;
}

}  // namespace lorascope::store
