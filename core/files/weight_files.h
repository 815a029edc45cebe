#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/files/tensor_archive.h"

namespace lorascope::files {

/// Where one stored tensor lies.
struct StoredTensor {
  const TensorArchive* archive = nullptr;
  std::string name;  ///< in the file

  const TensorInfo& info() const { return archive->tensors().at(name); }
  std::string where() const { return archive->path().string() + ": " + name; }
};

/// The opened weight files of a model folder of any architecture, and the tensors to take from them.
struct WeightFiles {
  std::vector<std::unique_ptr<TensorArchive>> archives;
  std::vector<StoredTensor> tensors;
};

/// Opens the first of these that is there: model.safetensors, its shards by model.safetensors.index.json,
/// pytorch_model.bin, its shards. Throws CheckpointError: none is there, a damaged index, a shard that lies outside the
/// folder or lacks a tensor of the index.
WeightFiles open_weight_files(const std::filesystem::path& folder);

}  // namespace lorascope::files
