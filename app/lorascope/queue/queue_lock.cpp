#include "app/lorascope/queue/queue_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/store/liveness.h"

namespace lorascope::app::queue {
namespace fs = std::filesystem;
namespace {

fs::path lock_file(const fs::path& workspace_folder) {
  return workspace_folder / "queue.lock";
}

}  // namespace

std::optional<QueueLock> QueueLock::try_take(const fs::path& workspace_folder) {
  const fs::path path = lock_file(workspace_folder);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    throw Error("cannot open " + path.string() + ": " + std::generic_category().message(errno),
                "check the permissions of the workspace's folder");
  }
  QueueLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  lock.holds_ = true;
  const std::string content =
      std::to_string(::getpid()) + ' ' + std::to_string(store::process_start(::getpid())) + '\n';
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, content.data(), content.size(), 0) < 0) {
    throw Error("cannot write " + path.string() + ": " + std::generic_category().message(errno), "check free space");
  }
  return lock;
}

std::optional<QueueOwner> QueueLock::owner(const fs::path& workspace_folder) {
  QueueOwner owner;
  std::ifstream file(lock_file(workspace_folder));
  if (!(file >> owner.pid >> owner.pid_start)) return std::nullopt;
  if (!store::process_is_alive(owner.pid, owner.pid_start)) return std::nullopt;
  return owner;
}

QueueLock::QueueLock(QueueLock&& other) noexcept : file_(std::exchange(other.file_, -1)), holds_(other.holds_) {}

QueueLock& QueueLock::operator=(QueueLock&& other) noexcept {
  release();
  file_ = std::exchange(other.file_, -1);
  holds_ = other.holds_;
  return *this;
}

QueueLock::~QueueLock() {
  release();
}

void QueueLock::release() {
  if (file_ < 0) return;
  // This process may live on: its pid in the file must not say that it still works the queue.
  if (holds_ && ::ftruncate(file_, 0) != 0) holds_ = false;
  ::close(file_);
  file_ = -1;
}

}  // namespace lorascope::app::queue
