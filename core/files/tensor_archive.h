#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lorascope::files {

/// Tensors by name, sorted.
using TensorMap = std::map<std::string, at::Tensor>;

/// What a file says about one tensor: its type of number in the words of safetensors ("F32", "BF16", "I64") and its
/// shape.
struct TensorInfo {
  std::string dtype;
  std::vector<std::int64_t> shape;

  bool is_floating() const;
  std::int64_t num_elements() const;
};

/// "[13, 384]", for messages.
std::string shape_text(const std::vector<std::int64_t>& shape);

/// A file of named tensors, checked as a whole when it is opened and read tensor by tensor.
class TensorArchive {
 public:
  virtual ~TensorArchive() = default;

  virtual const std::filesystem::path& path() const = 0;
  /// Everything the file holds, sorted by name.
  virtual const std::map<std::string, TensorInfo>& tensors() const = 0;
  /// One tensor in memory of its own: fp32 for every type with a fraction (F64 narrowed, F16, BF16 and F8 widened),
  /// int64 for whole numbers and booleans. Throws CheckpointError (no such tensor; the file has shrunk since it was
  /// opened).
  virtual at::Tensor load(const std::string& name) const = 0;
  /// The same in the file's own type.
  virtual at::Tensor load_as_stored(const std::string& name) const = 0;

  TensorMap load_all() const;
};

/// Opens a file by its ending: ".safetensors", anything else as torch.save's. Throws CheckpointError.
std::unique_ptr<TensorArchive> open_archive(const std::filesystem::path& path);

}  // namespace lorascope::files
