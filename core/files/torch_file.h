#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/files/file_bytes.h"
#include "core/files/tensor_archive.h"

namespace lorascope::files {

/// A state dictionary as torch.save writes it ("pytorch_model.bin"): the zip form of 2020 and later, or the older form
/// of pickles followed by the storages. Nothing in the file is run (see read_pickle); every tensor is checked to lie
/// inside its storage and every storage inside the file.
class TorchFile final : public TensorArchive {
 public:
  /// Throws CheckpointError.
  explicit TorchFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const override { return file_.path(); }
  const std::map<std::string, TensorInfo>& tensors() const override { return tensors_; }
  at::Tensor load(const std::string& name) const override;
  at::Tensor load_as_stored(const std::string& name) const override;

 private:
  /// Where a tensor's elements lie: the stretch of the file from its first to its last, and the steps in it.
  struct Place {
    std::uint64_t begin = 0;
    std::int64_t num_elements = 0;
    std::vector<std::int64_t> strides;
  };

  friend class TorchFileReader;

  FileBytes file_;
  std::map<std::string, TensorInfo> tensors_;
  std::map<std::string, Place> places_;
};

}  // namespace lorascope::files
