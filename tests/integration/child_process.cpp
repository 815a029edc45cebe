#include "tests/integration/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "core/base/clock.h"
#include "core/base/files.h"

namespace lorascope::test {
namespace fs = std::filesystem;

fs::path lorascope_program() { return fs::path(LORASCOPE_BINARY_DIR) / "bin" / "lorascope"; }

ChildProcess::ChildProcess(const std::vector<std::string>& command, const fs::path& output_folder)
    : folder_(output_folder) {
  fs::create_directories(folder_);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const std::string out = (folder_ / "stdout").string(), err = (folder_ / "stderr").string();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
}

ChildProcess::~ChildProcess() {
  if (is_done_) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ChildProcess::send(int signal) const { kill(pid_, signal); }

int ChildProcess::wait(double seconds) {
  const auto has_ended = [this] { return is_done_ || (is_done_ = waitpid(pid_, &status_, WNOHANG) == pid_); };
  if (!wait_until(has_ended, seconds)) {
    send(SIGKILL);
    waitpid(pid_, &status_, 0);
    is_done_ = true;
    return -1000;
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

std::string ChildProcess::standard_output() const { return read_file(folder_ / "stdout"); }
std::string ChildProcess::standard_error() const { return read_file(folder_ / "stderr"); }

bool wait_until(const std::function<bool()>& condition, double seconds) {
  const Stopwatch watch;
  while (!condition()) {
    if (watch.seconds() > seconds) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace lorascope::test
