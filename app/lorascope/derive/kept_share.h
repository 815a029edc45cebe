#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/analysis/weight_change.h"
#include "core/base/json.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app {

struct KeptShareOptions {
  std::string run;
  std::vector<double> shares = {1, 0.75, 0.5, 0.25, 0};  ///< kept shares of the intruders, in the order of the answer
  analysis::IntruderOptions intruders;
  std::int64_t rows = 0;  ///< first examples of the evaluation data; 0: all
};

/// Scores of a finished run with its intruder dimensions scaled to shares of themselves ([Intruders] §5):
/// {"run", "intruders", "matrices", "threshold", "directions", "examples", "base_task", "base_task_of_base", "points":
/// [{"share", "scores": {…}, "base_task"}]}. `on_point` gets every point as soon as it is known. Throws Interrupted
/// where `go_on` says no; StoreError, UsageError, CheckpointError, DataError.
Json measure_kept_shares(const store::Workspace& workspace, const KeptShareOptions& options,
                         const std::function<void(const Json& point)>& on_point, const std::function<bool()>& go_on);

}  // namespace lorascope::app
