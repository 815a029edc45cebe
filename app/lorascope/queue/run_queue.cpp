#include "app/lorascope/queue/run_queue.h"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "app/lorascope/queue/launcher.h"
#include "app/lorascope/queue/queue_lock.h"
#include "core/base/error.h"
#include "core/store/liveness.h"

namespace lorascope::app::queue {
namespace {

using store::RunState;

constexpr std::chrono::milliseconds kBetweenTicks{200};

std::string resume_hint(store::RunId run) {
  return "`lorascope resume " + std::to_string(run) + "` goes on from the last checkpoint";
}

/// Runs that go at the same time share the cores; one alone has all of them.
int threads_of_a_run(int num_jobs) {
  if (num_jobs <= 1) return 0;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / num_jobs);
}

/// The run's own words, where its process ended without writing why.
std::string last_words(const store::Workspace& workspace, store::RunId run) {
  const std::vector<std::string> tail = log_tail(log_file(workspace, run), 1);
  return tail.empty() || tail[0].empty() ? std::string() : ": " + tail[0];
}

/// Leaves the problems that are among the others too.
void keep_shared(std::vector<Problem>& problems, const std::vector<Problem>& others) {
  std::erase_if(problems, [&](const Problem& problem) {
    return std::none_of(others.begin(), others.end(),
                        [&](const Problem& other) { return other.to_text() == problem.to_text(); });
  });
}

std::string text_without_hint(Problem problem) {
  problem.hint.clear();
  return problem.to_text();
}

}  // namespace

RunQueue::RunQueue(const store::Workspace& workspace, QueueOptions options)
    : workspace_(workspace), options_(std::move(options)), runs_(workspace) {}

void RunQueue::require_startable() {
  const std::vector<store::RunRecord> waiting = runs_.queued();
  if (!options_.known_problems || waiting.empty()) return;
  std::vector<Problem> common = options_.known_problems(waiting.front());
  for (std::size_t i = 1; i < waiting.size() && !common.empty(); ++i) {
    keep_shared(common, options_.known_problems(waiting[i]));
  }
  if (common.empty()) return;
  for (const store::RunRecord& run : waiting) {
    runs_.change_state(run.id, {RunState::Queued}, RunState::Queued, text_without_hint(common.front()),
                       common.front().hint);
  }
  throw StudyError(waiting.size() == 1 ? "cannot start the waiting run, which stays queued"
                                       : "cannot start any of the " + std::to_string(waiting.size()) +
                                             " waiting runs, which stay queued",
                   common);
}

bool RunQueue::tick() {
  reap();
  store::mark_lost_runs(workspace_);
  start_waiting();
  return !children_.empty() || !runs_.queued().empty();
}

void RunQueue::reap() {
  for (auto child = children_.begin(); child != children_.end();) {
    int status = 0;
    if (::waitpid(static_cast<pid_t>(child->first), &status, WNOHANG) == 0) {
      ++child;
      continue;
    }
    note_end(child->second, status);
    child = children_.erase(child);
  }
}

void RunQueue::note_end(store::RunId run, int status) {
  const std::vector<RunState> alive = {RunState::Starting, RunState::Running, RunState::Paused, RunState::Stopping};
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    runs_.change_state(run, alive, RunState::Lost,
                       "its process was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ')',
                       resume_hint(run));
  } else if (WEXITSTATUS(status) != 0) {
    runs_.change_state(
        run, alive, RunState::Failed,
        "its process ended with exit code " + std::to_string(WEXITSTATUS(status)) + last_words(workspace_, run),
        "its log is " + log_file(workspace_, run).string());
  } else {
    runs_.change_state(run, alive, RunState::Lost, "its process ended without a result", resume_hint(run));
  }
}

void RunQueue::start_waiting() {
  while (static_cast<int>(runs_.alive().size()) < options_.num_jobs) {
    const std::optional<store::RunRecord> next = runs_.take_next_queued();
    if (!next) return;
    try {
      children_[launch_run(options_.program, workspace_, next->id, threads_of_a_run(options_.num_jobs))] = next->id;
    } catch (const StoreError&) {
      throw;
    } catch (const Error& problem) {
      runs_.set_state(next->id, RunState::Failed, problem.message(), problem.hint());
    }
  }
}

void work_queue(const store::Workspace& workspace, const QueueOptions& options) {
  // A run that is queued while the lock is let go would wait for ever: look once more after letting go.
  do {
    const std::optional<QueueLock> lock = QueueLock::try_take(workspace.folder());
    if (!lock) return;
    RunQueue queue(workspace, options);
    queue.require_startable();
    while (queue.tick()) std::this_thread::sleep_for(kBetweenTicks);
  } while (!store::RunStore(workspace).queued().empty());
}

}  // namespace lorascope::app::queue
