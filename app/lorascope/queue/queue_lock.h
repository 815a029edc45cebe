#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace lorascope::app::queue {

/// The process that works a workspace's queue.
struct QueueOwner {
  std::int64_t pid = 0;
  std::int64_t pid_start = 0;
};

/// Held by the one process that starts runs of a workspace: an advisory lock on `queue.lock`, which the kernel lets go
/// with the process, and its pid and start time inside for people and the window.
class QueueLock {
 public:
  /// Nothing while another process holds it. Throws Error where the file cannot be written.
  static std::optional<QueueLock> try_take(const std::filesystem::path& workspace_folder);
  /// The holder that is alive now, or nothing.
  static std::optional<QueueOwner> owner(const std::filesystem::path& workspace_folder);

  QueueLock(QueueLock&& other) noexcept;
  QueueLock& operator=(QueueLock&& other) noexcept;
  ~QueueLock();

 private:
  explicit QueueLock(int file) : file_(file) {}
  void release();

  int file_ = -1;
  bool holds_ = false;  ///< the lock itself, not only the open file
};

}  // namespace lorascope::app::queue
