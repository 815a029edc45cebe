#include <ATen/ATen.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/files/checked_json.h"
#include "core/files/dtype.h"
#include "core/files/safetensors.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

struct Entry {
  std::string name;
  at::Tensor tensor;
  const Dtype* dtype;
};

/// A file under a temporary name; removed unless it was published.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& final_path) : final_path_(final_path) {
    static std::atomic<unsigned> counter{0};
    path_ = final_path.string() + ".part" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
    std::error_code ignored;
    if (path_.has_parent_path()) fs::create_directories(path_.parent_path(), ignored);
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor_ < 0) fail();
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!is_published_) ::unlink(path_.c_str());
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void publish() {
    if (::fsync(descriptor_) != 0) fail();
    lorascope::publish(path_, final_path_);
    is_published_ = true;
  }

 private:
  [[noreturn]] void fail() const {
    throw Error("cannot write " + final_path_.string() + ": " + std::generic_category().message(errno),
                "check free space and permissions of that folder");
  }

  fs::path final_path_;
  fs::path path_;
  int descriptor_ = -1;
  bool is_published_ = false;
};

/// Widest type first, then by name: every tensor is then aligned to its own size, as the original writes it.
std::vector<Entry> ordered_entries(const fs::path& path, const TensorMap& tensors) {
  std::vector<Entry> entries;
  for (const auto& [name, tensor] : tensors) {
    const Dtype* dtype = find_dtype(tensor.scalar_type());
    if (dtype == nullptr) throw Error("cannot write " + path.string() + ": " + quote(name) + " has no storable type");
    entries.push_back({name, tensor, dtype});
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& left, const Entry& right) {
    return left.dtype->size_bytes > right.dtype->size_bytes;
  });
  return entries;
}

std::string header_of(const std::vector<Entry>& entries, const std::map<std::string, std::string>& metadata) {
  OrderedJson header = OrderedJson::object();
  header["__metadata__"] = {{"format", "pt"}};
  for (const auto& [key, value] : metadata) header["__metadata__"][key] = value;
  std::int64_t offset = 0;
  // The texts are joined by hand: an ordered object searches all its keys for every new one.
  std::string text = header.dump();
  text.pop_back();
  for (const Entry& entry : entries) {
    const std::int64_t size = entry.tensor.numel() * entry.dtype->size_bytes;
    const OrderedJson value = {
        {"dtype", entry.dtype->name}, {"shape", entry.tensor.sizes().vec()}, {"data_offsets", {offset, offset + size}}};
    text += "," + OrderedJson(entry.name).dump() + ":" + value.dump();
    offset += size;
  }
  text += "}";
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

void write_safetensors(const fs::path& path, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::vector<Entry> entries = ordered_entries(path, tensors);
  const std::string header = header_of(entries, metadata);
  const std::uint64_t length = header.size();
  TemporaryFile file(path);
  file.write({reinterpret_cast<const char*>(&length), sizeof length});
  file.write(header);
  for (const Entry& entry : entries) {
    const at::Tensor plain = entry.tensor.detach().cpu().contiguous();
    file.write({static_cast<const char*>(plain.const_data_ptr()), static_cast<std::size_t>(plain.nbytes())});
  }
  file.publish();
}

}  // namespace lorascope::files
