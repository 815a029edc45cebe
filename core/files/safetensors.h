#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/files/file_bytes.h"
#include "core/files/tensor_archive.h"

namespace lorascope::files {

/// A safetensors file: 8 bytes little-endian header length, a JSON header, the tensors' bytes without hole or overlap.
/// Opening checks all of it against the file's size, so that nothing that the header claims is believed later. Tensors
/// are read on demand into memory of their own: the file may be replaced while a run that came from it goes on.
class SafetensorsFile final : public TensorArchive {
 public:
  /// Throws CheckpointError with the tensor's name, what was found and what was expected.
  explicit SafetensorsFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const override { return file_.path(); }
  const std::map<std::string, TensorInfo>& tensors() const override { return tensors_; }
  at::Tensor load(const std::string& name) const override;
  at::Tensor load_as_stored(const std::string& name) const override;

  bool contains(const std::string& name) const { return tensors_.count(name) != 0; }
  /// The header's `__metadata__`.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  void read_header();
  const TensorInfo& info(const std::string& name) const;

  FileBytes file_;
  std::uint64_t data_begin_ = 0;
  std::map<std::string, TensorInfo> tensors_;
  std::map<std::string, std::uint64_t> offsets_;
  std::map<std::string, std::string> metadata_;
};

/// Writes `tensors` in their own types (float32, float64, float16, bfloat16, int64, int32, int8, uint8, bool; any
/// device, any strides) with the metadata {"format": "pt"} and `metadata` on top. The file appears whole or not at all.
/// Throws Error (no space, no permission).
void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace lorascope::files
