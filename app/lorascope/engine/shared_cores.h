#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace lorascope::app::engine {

/// While it lives, threads that wait for each other inside a product go to sleep after some microseconds instead of
/// turning for milliseconds: what keeps two processes on the same cores from running ten times slower than one after
/// the other. A process alone would lose about 15 % by it.
///
/// libgomp reads OMP_WAIT_POLICY and GOMP_SPINCOUNT before main() begins, but waits briefly by itself where a process
/// has more OpenMP threads than there are cores: a team that sleeps for ever makes it so. Nothing happens where either
/// variable is set.
class SharedCores {
 public:
  SharedCores();
  SharedCores(const SharedCores&) = delete;
  SharedCores& operator=(const SharedCores&) = delete;
  ~SharedCores();

 private:
  void keep_team();

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_ready_ = false;
  bool has_ended_ = false;
  std::thread keeper_;
};

}  // namespace lorascope::app::engine
