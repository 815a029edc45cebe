#include "app/lorascope/hub/blob_download.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "app/lorascope/hub/git_hash.h"
#include "core/base/error.h"
#include "core/base/files.h"

namespace lorascope::app::hub {
namespace fs = std::filesystem;
namespace {

constexpr double kLongestWait = 60;

/// The part of a file that is here, held by one program at a time.
class IncompleteFile {
 public:
  explicit IncompleteFile(const fs::path& path) : path_(path) {
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX) != 0) fail();
    size_ = static_cast<std::uint64_t>(::lseek(descriptor_, 0, SEEK_END));
  }
  IncompleteFile(const IncompleteFile&) = delete;
  IncompleteFile& operator=(const IncompleteFile&) = delete;
  ~IncompleteFile() { ::close(descriptor_); }

  std::uint64_t size() const { return size_; }

  void restart() {
    if (::ftruncate(descriptor_, 0) != 0 || ::lseek(descriptor_, 0, SEEK_SET) < 0) fail();
    size_ = 0;
  }

  void append(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      size_ += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void sync() const {
    if (::fsync(descriptor_) != 0) fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw Error("cannot write " + path_.string() + ": " + std::generic_category().message(errno),
                "check free space and permissions, or set HF_HOME to another folder");
  }

  fs::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// The ETag of the version that an incomplete file is a part of, kept in a file beside it.
class VersionNote {
 public:
  /// path empty: nothing is kept.
  explicit VersionNote(fs::path path) : path_(std::move(path)) {
    if (!path_.empty() && fs::is_regular_file(path_)) etag_ = read_file(path_, 1000);
  }

  const std::string& etag() const { return etag_; }

  void set(const HttpResponse& head) {
    const auto found = head.headers.find("etag");
    etag_ = found == head.headers.end() || found->second.starts_with("W/") ? "" : found->second;
    if (path_.empty()) return;
    if (etag_.empty()) return remove();
    write_file_atomically(path_, etag_);
  }

  void remove() const {
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
  }

 private:
  fs::path path_;
  std::string etag_;
};

Error refusal(const HttpResponse& response, const std::string& what, const HubOptions& options) {
  const std::string& server = options.server;
  const std::string code = " (HTTP " + std::to_string(response.status) + ")";
  switch (response.status) {
    case 401:
    case 403:
      return Error("no permission to fetch " + what + code,
                   "check the name; for a private or gated model accept its terms on the hub and set HF_TOKEN");
    case 404:
      return Error(server + " has no " + what + code, options.hint_not_found);
    case 429:
      return Error(server + " answers \"too many requests\" for " + what + code, "wait a few minutes, or set HF_TOKEN");
    default:
      break;
  }
  if (response.status == 0) {
    return Error("cannot reach " + server + " for " + what + ": " + response.failure, options.hint_offline);
  }
  if (response.status < 400) {
    return Error("the connection broke while " + what + " was fetched: " + response.failure,
                 "run the same command again: it goes on where it stopped");
  }
  return Error(server + " answers with an error for " + what + code, "try again later");
}

/// The size that the server tells of a file from whose byte `offset` on it sends; 0 where it tells none.
std::uint64_t told_size(const HttpResponse& head, std::uint64_t offset) {
  const auto length = head.headers.find("content-length");
  return length == head.headers.end() ? 0 : std::strtoull(length->second.c_str(), nullptr, 10) + offset;
}

double seconds_to_wait(const HttpResponse& response, int attempt, const HubOptions& options) {
  double seconds = options.first_wait_seconds * std::pow(2.0, attempt - 1);
  const auto asked = response.headers.find("retry-after");
  if (asked != response.headers.end()) seconds = std::max(seconds, std::atof(asked->second.c_str()));
  return std::min(seconds, kLongestWait);
}

/// Whether all of the file is here and is what the hub says it is; an outright wrong one is thrown away.
void check(IncompleteFile& incomplete, const fs::path& path, const HubFile& file) {
  const bool has_size = file.size == 0 || incomplete.size() == file.size;
  const bool is_small = file.sha256.empty() && is_commit(file.blob);  // named by git's hash
  const bool has_hash =
      is_small ? git_blob_hash(path) == file.blob : file.sha256.empty() || sha256_file(path) == file.sha256;
  const bool is_equal = has_size && has_hash;
  if (is_equal) return;
  const std::uint64_t found = incomplete.size();
  incomplete.restart();
  throw Error(file.name + " arrived damaged: found " + std::to_string(found) + " bytes, expected " +
                  (file.size > 0 ? std::to_string(file.size) : "others") + (has_size ? " with another hash" : ""),
              "run the same command again; if it stays so, the server or mirror has another file");
}

}  // namespace

void wait_or_throw(const HttpResponse& response, const std::string& what, int attempt, const HubOptions& options) {
  // 416: what is here is longer than the file; the next attempt starts from its beginning.
  const bool may_pass =
      response.status < 400 || response.status == 416 || response.status == 429 || response.status >= 500;
  // Without any answer this machine is most likely offline: nobody should wait long to hear so.
  const int attempts = response.status == 0 ? std::min(2, options.attempts) : options.attempts;
  if (!may_pass || attempt >= attempts) throw refusal(response, what, options);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds_to_wait(response, attempt, options)));
}

void download_blob(const std::string& url, const HubFile& file, const fs::path& target, const HubOptions& options,
                   const Progress& progress) {
  const HttpClient client(options.token);
  const fs::path path = target.string() + ".incomplete";
  IncompleteFile incomplete(path);
  if (fs::exists(target)) return;  // another program finished it while this one waited for the lock
  // A file that no hash names may change on the server between two calls: its parts must be of one version.
  VersionNote version(file.blob.empty() && file.sha256.empty() ? path.string() + ".etag" : "");
  if (file.size > 0 && incomplete.size() > file.size) incomplete.restart();
  std::uint64_t total = file.size;
  for (int attempt = 1; file.size == 0 || incomplete.size() < file.size; ++attempt) {
    const std::uint64_t before = incomplete.size();
    const HttpResponse response = client.download(
        {url, before, version.etag()},
        [&](const HttpResponse& head, bool is_resumed) {
          if (file.size == 0) total = told_size(head, is_resumed ? before : 0);
          if (is_resumed) return;
          incomplete.restart();
          version.set(head);
        },
        [&](std::string_view bytes) {
          incomplete.append(bytes);
          progress(file.name, incomplete.size(), total);
        });
    if (response.status == 416) incomplete.restart();
    const bool is_done = response.is_complete() && (response.status == 200 || response.status == 206);
    if (is_done && (file.size == 0 || incomplete.size() >= file.size)) break;
    if (incomplete.size() > before) attempt = 0;  // it goes forward: no reason to give up
    wait_or_throw(response, file.name, std::max(attempt, 1), options);
  }
  check(incomplete, path, file);
  incomplete.sync();
  publish(path, target);
  version.remove();
}

}  // namespace lorascope::app::hub
