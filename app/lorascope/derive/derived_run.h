#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/adapters/truncation.h"
#include "core/analysis/weight_change.h"
#include "core/base/json.h"
#include "core/store/run_record.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app {

/// How a run is derived from another one without training: exactly one of these.
struct Surgery {
  std::optional<double> kept_share;  ///< of the intruder dimensions
  analysis::IntruderOptions intruders;
  std::optional<double> scale;  ///< of ΔW
  adapters::TruncationOptions truncation;
  std::vector<std::string> merged_with;  ///< runs whose adapters are added
  std::vector<double> weights;           ///< one an adapter, the run's own first; empty: 1
  std::string merge_type = "cat";
  bool whole_model = false;  ///< the adapter merged into the base

  /// "kept share 0.5", "scaled by 0.5", "rank 4", …: what the new run is called by. Throws UsageError where not exactly
  /// one is asked for.
  std::string text() const;
};

struct DerivedRunOptions {
  std::string run;
  Surgery surgery;
  std::string name;          ///< empty: surgery.text()
  bool scores = true;        ///< measured on the run's evaluation data where it names any
  std::int64_t rows = 0;     ///< of them; 0: all
  std::string command_line;  ///< kept with the new run
};

/// A finished run with changed weights, its parent recorded: the adapter (full fine-tuning: the model) as its artifact,
/// spectra of its update, scores. Nothing is left where it fails. Throws UsageError, CheckpointError, StoreError,
/// Interrupted.
Json derive_run(const store::Workspace& workspace, const DerivedRunOptions& options,
                const std::function<bool()>& go_on);

}  // namespace lorascope::app
