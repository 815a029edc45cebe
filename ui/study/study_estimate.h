#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "core/store/run_record.h"
#include "core/study/run_settings.h"

namespace lorascope::ui {

/// How long runs will take, judged by finished runs of the same task, model and method in the workspace.
struct StudyEstimate {
  double seconds = 0;  ///< of the runs that can be judged
  int num_runs = 0;
  int num_judged = 0;

  /// "6 runs, about 12 min" or "6 runs; how long is known after the first".
  QString text() const;
};

/// `num_examples`: rows of the training file; 0 = not known, then only runs with max_steps can be judged.
StudyEstimate estimate(const std::vector<study::RunSettings>& runs, const std::vector<store::RunRecord>& known,
                       std::int64_t num_examples);

}  // namespace lorascope::ui
