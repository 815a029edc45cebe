#include "core/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/base/error.h"
#include "core/base/sha256.h"

namespace lorascope {
namespace fs = std::filesystem;
namespace {

/// Closes a file descriptor at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int value() const { return value_; }
  bool is_open() const { return value_ >= 0; }

 private:
  int value_;
};

std::string last_error() { return std::generic_category().message(errno); }

DataError unreadable(const fs::path& path, const std::string& found, const std::string& expected) {
  return DataError("cannot read " + path.string(), Problem{path.string(), found, expected, ""});
}

Descriptor open_for_reading(const fs::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw unreadable(path, last_error(), "a readable file");
  struct stat status {};
  if (::fstat(file.value(), &status) != 0) throw unreadable(path, last_error(), "a readable file");
  if (!S_ISREG(status.st_mode)) throw unreadable(path, "no regular file", "a regular file");
  return Descriptor(::dup(file.value()));
}

void sync_folder(const fs::path& folder) {
  const Descriptor handle(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.is_open()) ::fsync(handle.value());
}

void write_all(int file, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      throw Error("cannot write " + path.string() + ": " + last_error(), "check free space and permissions of that folder");
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string read_file(const fs::path& path, std::uint64_t limit_bytes) {
  const Descriptor file = open_for_reading(path);
  std::string content;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = ::read(file.value(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw unreadable(path, last_error(), "a readable file");
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > limit_bytes) {
      throw unreadable(path, "more than " + std::to_string(limit_bytes) + " bytes", "a smaller file");
    }
  }
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  std::error_code ignored;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), ignored);
  const fs::path temporary = path.string() + ".part" + std::to_string(::getpid());
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.is_open()) {
      throw Error("cannot write " + path.string() + ": " + last_error(), "check that the folder exists and is writable");
    }
    write_all(file.value(), content, temporary);
    if (::fsync(file.value()) != 0) throw Error("cannot sync " + temporary.string() + ": " + last_error());
  }
  publish(temporary, path);
}

void publish(const fs::path& temporary, const fs::path& final_path) {
  std::error_code problem;
  fs::rename(temporary, final_path, problem);
  if (problem) throw Error("cannot rename " + temporary.string() + " to " + final_path.string() + ": " + problem.message());
  sync_folder(final_path.parent_path());
}

std::string sha256(std::string_view content) {
  Sha256 hash;
  hash.add(content);
  return hash.hexadecimal();
}

std::string sha256_file(const fs::path& path) {
  const Descriptor file = open_for_reading(path);
  Sha256 hash;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = ::read(file.value(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw unreadable(path, last_error(), "a readable file");
    if (got == 0) return hash.hexadecimal();
    hash.add({buffer, static_cast<std::size_t>(got)});
  }
}

}  // namespace lorascope
