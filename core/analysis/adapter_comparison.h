#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/files/adapter_folder.h"

namespace lorascope::analysis {

/// Two adapters on one module. Overlaps are of the spaces that the singular vectors of ΔW span.
struct ModuleComparison {
  std::string path;
  double first_norm = 0, second_norm = 0;  ///< ‖ΔW‖ (Frobenius)
  double cosine = 0;                       ///< <ΔW, ΔW'> / (‖ΔW‖ ‖ΔW'‖), in [-1, 1]; 0 where one vanishes
  std::int64_t first_rank = 0, second_rank = 0;  ///< number of singular vectors compared: those above 1e-6 σ₁
  double left_overlap = 0;  ///< ‖U₁ᵀ U₂‖² / min of the ranks, in [0, 1]: of output directions ([LoRA] §7.2, φ)
  double right_overlap = 0;  ///< the same of input directions
  double left_floor = 0;     ///< what random spaces of these ranks have on average: larger rank / out
  double right_floor = 0;    ///< larger rank / in
};

struct AdapterComparison {
  std::vector<ModuleComparison> modules;  ///< those that both have, in the order of the layers
  std::vector<std::string> only_first, only_second;
  double cosine = 0;  ///< over all common modules together
};

/// ΔW of two adapters of any one architecture, compared module by module in float64 without forming them; of DoRA
/// without magnitudes. `directions` > 0 limits the singular vectors to the leading ones. Throws CheckpointError where
/// shapes of a common module differ or not one module is common.
AdapterComparison compare_adapters(const files::AdapterFolder& first, const files::AdapterFolder& second,
                                   std::int64_t directions = 0);

}  // namespace lorascope::analysis
