#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/train/early_stopping.h"

namespace lorascope::train {

/// Where a training stands between two optimiser steps. Order and dropout masks are functions of seed, epoch and draw,
/// so these numbers are all there is to the random streams.
struct TrainingState {
  std::int64_t step = 0;            ///< optimiser steps done
  std::int64_t epoch = 0;           ///< epoch that is under way, from 0
  std::int64_t group = 0;           ///< optimiser steps done in it
  std::int64_t draw = 0;            ///< micro-batches done
  std::int64_t evaluated_step = 0;  ///< step of the last evaluation
  std::int64_t examples = 0;        ///< rows trained on
  std::int64_t parts = 1;           ///< in which a batch is computed because the whole did not fit into memory
  std::int64_t tokens = 0;          ///< real tokens trained on
  double step_seconds = 0.0;        ///< time of all steps, evaluations and saving left out
  double wall_seconds = 0.0;        ///< time of everything, over all processes
  EarlyStopping::State early_stopping;
};

/// A training that can go on: after read_checkpoint() it continues bit by bit as if it had never stopped.
struct Checkpoint {
  TrainingState state;
  /// What the numbers depend on, as name and value: compared when a training is resumed.
  std::map<std::string, std::string> fingerprint;
  std::map<std::string, at::Tensor> weights;         ///< trained tensors under the names of model or adapter file
  std::map<std::string, at::Tensor> first_moments;   ///< AdamW's m
  std::map<std::string, at::Tensor> second_moments;  ///< AdamW's v
  std::map<std::string, at::Tensor> best_weights;    ///< of the best evaluation; empty where none is followed
};

/// Writes folder/step-N: to a temporary folder, synced, renamed. Only when it is complete the older ones are removed.
/// Returns the checkpoint's folder. Throws Error (no space, no permission).
std::filesystem::path write_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);

/// The checkpoint of the highest step in `folder`, or nothing. Removes what an interrupted write left behind.
std::optional<std::filesystem::path> newest_checkpoint(const std::filesystem::path& folder);

/// Reads a checkpoint's folder and verifies size and SHA-256 of every file. Throws CheckpointError naming every file,
/// what was found and what was expected.
Checkpoint read_checkpoint(const std::filesystem::path& folder);

/// Bytes of all files in a checkpoint's folder.
std::int64_t checkpoint_size_bytes(const std::filesystem::path& folder);

}  // namespace lorascope::train
