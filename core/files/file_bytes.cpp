#include "core/files/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/base/error.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

CheckpointError unreadable(const fs::path& path, const std::string& found, const std::string& expected,
                           const std::string& hint) {
  return CheckpointError("cannot read " + path.string(), Problem{path.string(), found, expected, hint});
}

std::string last_error() {
  return std::generic_category().message(errno);
}

}  // namespace

FileBytes::FileBytes(const fs::path& path, const std::string& expected) : path_(path) {
  // Without O_NONBLOCK a named pipe would hold the program for ever.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) throw unreadable(path, last_error(), expected, "check the path");
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
    size_ = static_cast<std::uint64_t>(status.st_size);
    return;
  }
  ::close(descriptor_);
  throw unreadable(path, S_ISDIR(status.st_mode) ? "a folder" : "no regular file", expected, "check the path");
}

FileBytes::~FileBytes() {
  ::close(descriptor_);
}

void FileBytes::read(void* target, std::uint64_t begin, std::uint64_t count) const {
  auto* bytes = static_cast<char*>(target);
  while (count > 0) {
    const ssize_t got = ::pread(descriptor_, bytes, count, static_cast<off_t>(begin));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw unreadable(path_, last_error(), "a readable file", "");
    if (got == 0) {
      throw unreadable(path_, "an end before byte " + std::to_string(begin + count), "a file that does not shrink",
                       "the file was changed while it was read");
    }
    bytes += got;
    count -= static_cast<std::uint64_t>(got);
    begin += static_cast<std::uint64_t>(got);
  }
}

std::string FileBytes::read(std::uint64_t begin, std::uint64_t count) const {
  std::string bytes(count, '\0');
  read(bytes.data(), begin, count);
  return bytes;
}

}  // namespace lorascope::files
