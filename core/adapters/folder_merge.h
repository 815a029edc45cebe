#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/adapters/combination.h"
#include "core/files/adapter_folder.h"

namespace lorascope::adapters {

struct FolderMergeOptions {
  std::string type = "cat";
  std::vector<double> weights;    ///< one an adapter
  std::optional<double> density;  ///< for ties, dare and magnitude_prune, in [0, 1]
  bool count_signs = false;       ///< ties: sign of most entries instead of their sum's
  std::int64_t rank = 0;          ///< of the kinds that truncate; 0: the largest of the adapters' ranks
  /// As [PEFT]: the merged config keeps the first adapter's use_rslora beside alpha = R, so that with rslora the merged
  /// scaling is sqrt(R) instead of 1. Else use_rslora is off and the scaling is 1.
  bool peft_scaling = true;
  std::uint64_t seed = 0;  ///< of dare
  /// Number of the adapter, from 1, whose heads and biases the result takes; 0: none. Without: of the one that has any.
  std::optional<std::int64_t> others_from;
};

/// How far the merged ΔW of a module is from Σ w_i ΔW_i.
struct ModuleError {
  std::string path;
  double relative_error = 0;  ///< Frobenius; infinite where the sum vanishes and the merged update does not
  double exact_norm = 0;      ///< of Σ w_i ΔW_i
};

struct MergedFolder {
  files::AdapterConfig config;
  files::TensorMap tensors;
  std::vector<ModuleError> errors;
  double relative_error = 0;  ///< over all modules together
};

/// One adapter out of several ([PEFT] add_weighted_adapter): R and alpha are the same, modules those of all adapters,
/// every module padded to R with zeros, so that no patterns are needed and every PEFT opens it. A single adapter gives
/// its exact multiple, whatever the type. Throws UsageError (weights, density, rank), CheckpointError: DoRA, whose
/// update needs the base; initialisations that change the base; ranks or shapes that do not fit; heads in several.
MergedFolder merge_folders(const std::vector<files::AdapterFolder>& adapters, const FolderMergeOptions& options);

/// Throws CheckpointError where a tensor holds a value that is not finite.
void check_finite(const files::AdapterFolder& adapter, const std::string& message);

/// Throws CheckpointError where the adapter's tensors alone do not say what it adds: DoRA (unless `dora_is_fine`), an
/// initialisation that changes the base, values that are not finite.
void check_plain(const files::AdapterFolder& adapter, const std::string& message, bool dora_is_fine = false);

}  // namespace lorascope::adapters
