#include "core/files/safetensors.h"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/base/error.h"
#include "core/files/checked_json.h"
#include "core/files/dtype.h"
#include "core/files/safetensors_header.h"

namespace lorascope::files {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors bytes are taken as they lie");

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

CheckpointError damaged(const fs::path& path, const std::string& found, const std::string& expected,
                        const std::string& hint = "the file is damaged: fetch or write it again") {
  return CheckpointError("cannot read " + path.string(), Problem{path.string(), found, expected, hint});
}

void read_exactly(int descriptor, void* target, std::uint64_t size, std::uint64_t offset, const fs::path& path) {
  auto* bytes = static_cast<char*>(target);
  while (size > 0) {
    const ssize_t got = ::pread(descriptor, bytes, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw damaged(path, std::generic_category().message(errno), "a readable file");
    if (got == 0)
      throw damaged(path, "an end before byte " + std::to_string(offset + size), "a file that does not shrink");
    bytes += got;
    size -= static_cast<std::uint64_t>(got);
    offset += static_cast<std::uint64_t>(got);
  }
}

std::uint64_t size_of_regular_file(int descriptor, const fs::path& path) {
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
    throw damaged(path, std::generic_category().message(errno), "a readable safetensors file", "check the path");
  }
  if (!S_ISREG(status.st_mode)) {
    throw damaged(path, S_ISDIR(status.st_mode) ? "a folder" : "no regular file", "a safetensors file",
                  "check the path");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

SafetensorsFile::SafetensorsFile(const fs::path& path) : path_(path) {
  // Without O_NONBLOCK a named pipe would hold the program for ever.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  try {
    read_header();
  } catch (...) {
    if (descriptor_ >= 0) ::close(descriptor_);
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() {
  ::close(descriptor_);
}

void SafetensorsFile::read_header() {
  const std::uint64_t file_bytes = size_of_regular_file(descriptor_, path_);
  if (file_bytes < kLengthBytes) {
    throw damaged(path_, "a file of " + std::to_string(file_bytes) + " bytes", "8 bytes that say the header's length");
  }
  std::uint64_t header_bytes = 0;
  read_exactly(descriptor_, &header_bytes, kLengthBytes, 0, path_);
  const std::uint64_t most = std::min(kMaxHeaderBytes, file_bytes - kLengthBytes);
  if (header_bytes > most) {
    throw damaged(path_, "a header length of " + std::to_string(header_bytes) + " bytes",
                  "at most " + std::to_string(most), "this is no safetensors file, or a truncated one");
  }
  std::string json(header_bytes, '\0');
  read_exactly(descriptor_, json.data(), header_bytes, kLengthBytes, path_);
  data_begin_ = kLengthBytes + header_bytes;
  SafetensorsHeader header = parse_safetensors_header(json, file_bytes - data_begin_, path_.string());
  tensors_ = std::move(header.tensors);
  offsets_ = std::move(header.offsets);
  metadata_ = std::move(header.metadata);
}

const TensorInfo& SafetensorsFile::info(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found != tensors_.end()) return found->second;
  throw CheckpointError("cannot read " + path_.string(),
                        Problem{path_.string(), "no tensor " + quote(name), "a tensor of that name", ""});
}

at::Tensor SafetensorsFile::load_as_stored(const std::string& name) const {
  const TensorInfo& stored = info(name);
  const Dtype* dtype = find_dtype(stored.dtype);
  const bool is_boolean = dtype->type == at::kBool;
  // A stored boolean may be any byte; a libtorch boolean must be 0 or 1.
  at::Tensor tensor = at::empty(stored.shape, is_boolean ? at::kByte : dtype->type);
  const auto size = static_cast<std::uint64_t>(stored.num_elements() * dtype->size_bytes);
  read_exactly(descriptor_, tensor.data_ptr(), size, data_begin_ + offsets_.at(name), path_);
  return is_boolean ? tensor.ne(0) : tensor;
}

at::Tensor SafetensorsFile::load(const std::string& name) const {
  const bool is_floating = info(name).is_floating();
  return load_as_stored(name).to(is_floating ? at::kFloat : at::kLong);
}

}  // namespace lorascope::files
