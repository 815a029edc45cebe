#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/store/rows.h"

namespace lorascope::app {

/// Spectra of the checkpoints of a training that was done elsewhere, of any architecture.
class CheckpointSpectra {
 public:
  /// `base`: the model folder that the training started from; empty where none is at hand. Throws CheckpointError.
  explicit CheckpointSpectra(const std::filesystem::path& base);
  ~CheckpointSpectra();

  /// Of s·B·A of every adapted module, under its name in the adapter file without "base_model.model.".
  std::vector<store::Spectrum> of_adapter(const std::filesystem::path& folder, std::int64_t step) const;
  /// Of W' − W of every matrix of a numbered layer, under its name in the checkpoint without ".weight"; nothing without
  /// a base model. Throws CheckpointError where the base model has other shapes or lacks a matrix.
  std::vector<store::Spectrum> of_model(const std::filesystem::path& folder, std::int64_t step) const;

 private:
  class Base;
  std::unique_ptr<Base> base_;
};

}  // namespace lorascope::app
