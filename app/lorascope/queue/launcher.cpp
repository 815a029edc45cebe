#include "app/lorascope/queue/launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <cstdlib>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <system_error>

#include "core/base/error.h"
#include "core/store/liveness.h"
#include "core/store/run_store.h"

extern char** environ;

namespace lorascope::app::queue {
namespace fs = std::filesystem;
namespace {

/// posix_spawn's two descriptions, destroyed with their scope.
struct SpawnPlan {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  SpawnPlan() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

fs::path own_program() {
  std::error_code problem;
  const fs::path program = fs::read_symlink("/proc/self/exe", problem);
  if (problem) throw Error("cannot find this program's own file: " + problem.message());
  return program;
}

std::int64_t launch_detached(const std::vector<std::string>& command, const fs::path& log) {
  SpawnPlan plan;
  posix_spawn_file_actions_addopen(&plan.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&plan.files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&plan.files, STDOUT_FILENO, STDERR_FILENO);
  // A signal mask or an ignored SIGINT of ours must not become the child's.
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&plan.attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&plan.attributes, &signals);
  posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int problem = ::posix_spawn(&pid, arguments[0], &plan.files, &plan.attributes, arguments.data(), environ);
  if (problem != 0) {
    throw Error("cannot start " + command[0] + ": " + std::generic_category().message(problem),
                "check that the program is there and that " + log.parent_path().string() + " can be written");
  }
  return pid;
}

namespace {

/// A run's threads wait for each other some microseconds, then sleep: as fast as waiting for milliseconds where a run
/// is alone, and runs that share cores do not turn in each other's way.
void bound_spinning() {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "10000", 0);
}

}  // namespace

std::int64_t launch_run(const fs::path& program, const store::Workspace& workspace, store::RunId run, int threads) {
  std::vector<std::string> command = {
      program.string(), "run-one", "--workspace", workspace.folder().string(), "--run", std::to_string(run)};
  if (threads > 0) command.insert(command.end(), {"--threads", std::to_string(threads)});
  bound_spinning();
  const std::int64_t pid = launch_detached(command, log_file(workspace, run));
  store::RunStore(workspace).set_process(run, pid, store::process_start(pid));
  return pid;
}

void launch_queue(const fs::path& program, const store::Workspace& workspace, int num_jobs) {
  launch_detached(
      {program.string(), "queue", "--workspace", workspace.folder().string(), "--jobs", std::to_string(num_jobs)},
      workspace.folder() / "artifacts" / "queue.log");
}

fs::path log_file(const store::Workspace& workspace, store::RunId run) {
  return workspace.run_folder(run) / "log.txt";
}

std::vector<std::string> log_tail(const fs::path& log, std::size_t num_lines) {
  constexpr std::streamoff kMostBytes = 64 << 10;
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  if (!file) return {};
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kMostBytes));
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(std::move(line));
    if (lines.size() > num_lines) lines.pop_front();
  }
  return {lines.begin(), lines.end()};
}

}  // namespace lorascope::app::queue
