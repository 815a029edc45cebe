#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace lorascope::test {

/// The built program `lorascope`.
std::filesystem::path lorascope_program();

/// One child process, its output in files of a folder. Killed at the end of the scope if it still lives.
class ChildProcess {
 public:
  ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& output_folder);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  void send(int signal) const;
  /// Exit code, or minus the signal that ended it. Waits at most so long, then kills it and gives -1000.
  int wait(double seconds = 60);
  std::string standard_output() const;
  std::string standard_error() const;

 private:
  std::filesystem::path folder_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool is_done_ = false;
};

/// Polls until the condition holds; false after so many seconds.
bool wait_until(const std::function<bool()>& condition, double seconds = 60);

}  // namespace lorascope::test
