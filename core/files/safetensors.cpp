#include "core/files/safetensors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>
#include <utility>

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

}  // namespace

SafetensorsFile::SafetensorsFile(const fs::path& path) : file_(path, "a safetensors file") {
  read_header();
}

void SafetensorsFile::read_header() {
  if (file_.size() < kLengthBytes) {
    throw damaged(path(), "a file of " + std::to_string(file_.size()) + " bytes",
                  "8 bytes that say the header's length");
  }
  std::uint64_t header_bytes = 0;
  file_.read(&header_bytes, 0, kLengthBytes);
  const std::uint64_t most = std::min(kMaxHeaderBytes, file_.size() - kLengthBytes);
  if (header_bytes > most) {
    throw damaged(path(), "a header length of " + std::to_string(header_bytes) + " bytes",
                  "at most " + std::to_string(most), "this is no safetensors file, or a truncated one");
  }
  data_begin_ = kLengthBytes + header_bytes;
  const std::string json = file_.read(kLengthBytes, header_bytes);
  SafetensorsHeader header = parse_safetensors_header(json, file_.size() - data_begin_, path().string());
  tensors_ = std::move(header.tensors);
  offsets_ = std::move(header.offsets);
  metadata_ = std::move(header.metadata);
}

const TensorInfo& SafetensorsFile::info(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found != tensors_.end()) return found->second;
  throw CheckpointError("cannot read " + path().string(),
                        Problem{path().string(), "no tensor " + quote(name), "a tensor of that name", ""});
}

at::Tensor SafetensorsFile::load_as_stored(const std::string& name) const {
  const TensorInfo& stored = info(name);
  const Dtype* dtype = find_dtype(stored.dtype);
  const bool is_boolean = dtype->type == at::kBool;
  // A stored boolean may be any byte; a libtorch boolean must be 0 or 1.
  at::Tensor tensor = at::empty(stored.shape, is_boolean ? at::kByte : dtype->type);
  const auto size = static_cast<std::uint64_t>(stored.num_elements() * dtype->size_bytes);
  file_.read(tensor.data_ptr(), data_begin_ + offsets_.at(name), size);
  return is_boolean ? tensor.ne(0) : tensor;
}

at::Tensor SafetensorsFile::load(const std::string& name) const {
  const bool is_floating = info(name).is_floating();
  return load_as_stored(name).to(is_floating ? at::kFloat : at::kLong);
}

}  // namespace lorascope::files
