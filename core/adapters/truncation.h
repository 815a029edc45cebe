#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/files/adapter_folder.h"

namespace lorascope::adapters {

/// One of the two.
struct TruncationOptions {
  std::optional<std::int64_t> rank;  ///< of every module that has a larger one
  std::optional<double> energy;      ///< share of Σσ² that each module keeps, in (0, 1]: the least rank that does
};

struct TruncatedModule {
  std::string path;
  std::int64_t rank_before = 0;
  std::int64_t rank = 0;
  double relative_error = 0;  ///< ‖ΔW' - ΔW‖ / ‖ΔW‖ (Frobenius): sqrt of the share of Σσ² that is lost
};

struct TruncatedFolder {
  files::AdapterConfig config;
  files::TensorMap tensors;
  std::vector<TruncatedModule> modules;
  double relative_error = 0;  ///< over all modules together
};

/// The best approximation of every module's ΔW of a lower rank ([Eckart-Young]): B' = U √S, A' = √S Vᵀ, scaling 1; the
/// rest of the folder stays. Magnitudes of DoRA stay as they are. Throws UsageError, CheckpointError as check_plain().
TruncatedFolder truncate_folder(const files::AdapterFolder& adapter, const TruncationOptions& options);

}  // namespace lorascope::adapters
