#include "app/lorascope/engine/shared_cores.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace lorascope::app::engine {

SharedCores::SharedCores() {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  try {
    keeper_ = std::thread([this] { keep_team(); });
  } catch (const std::system_error&) {
    return;  // Where no thread can be had there is none to wait for.
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_ready_; });
}

SharedCores::~SharedCores() {
  if (!keeper_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
  }
  changed_.notify_all();
  keeper_.join();
}

void SharedCores::keep_team() {
  const int size = static_cast<int>(std::max(1U, std::thread::hardware_concurrency())) + 1;
  int members = 0;
#pragma omp parallel num_threads(size) reduction(+ : members)
  members += 1;
  std::unique_lock lock(mutex_);
  is_ready_ = members > 0;
  changed_.notify_all();
  changed_.wait(lock, [this] { return has_ended_; });
}

}  // namespace lorascope::app::engine
