#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/analysis/weight_change.h"
#include "core/base/json.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app {

struct WeightAnalysisOptions {
  std::vector<std::string> subjects;  ///< runs by number or name, or folders of adapters and tuned models
  std::string base;                   ///< model folder or name; of a run its own model where empty
  analysis::IntruderOptions intruders;
  std::int64_t directions = 0;  ///< of overlaps; 0: all
  /// Called before each matrix with the subject's name; may be empty.
  std::function<void(const std::string& subject, std::size_t done, std::size_t of)> progress = {};
};

/// Intruder dimensions and size of the change of every adapted matrix of one subject: {"modules": {NAME: {…}}}, each
/// beside what a random update of the same spectrum gives ("random_…"). Kept in the workspace where the subject is a run
/// of it. `workspace` may be null where all subjects are folders. Throws UsageError, CheckpointError, StoreError (a run
/// without weights; an X-LoRA, which has no single update).
Json analyse_intruders(const WeightAnalysisOptions& options, const store::Workspace* workspace);

/// How much the change exceeds what the base has in its directions, beside the base's own and random directions; kept
/// as above.
Json analyse_amplification(const WeightAnalysisOptions& options, const store::Workspace* workspace);

/// Power-law exponents of the eigenvalues' tails before and after training with their errors, and that of the base with
/// a random update of the same spectrum; kept as above.
Json analyse_alpha(const WeightAnalysisOptions& options, const store::Workspace* workspace);

/// Two adapters against each other, as `adapter compare` has it.
Json analyse_overlap(const WeightAnalysisOptions& options, const store::Workspace* workspace);

}  // namespace lorascope::app
