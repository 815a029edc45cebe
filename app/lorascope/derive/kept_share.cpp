#include "app/lorascope/derive/kept_share.h"

#include <ATen/Parallel.h>

#include "app/lorascope/derive/score_weights.h"
#include "app/lorascope/derive/tuned_run.h"
#include "core/analysis/intruder_scaling.h"
#include "core/base/error.h"

namespace lorascope::app {

Json measure_kept_shares(const store::Workspace& workspace, const KeptShareOptions& options,
                         const std::function<void(const Json& point)>& on_point, const std::function<bool()>& go_on) {
  const TunedRun run = open_tuned_run(workspace, options.run);
  const WeightScores scores(run, options.rows);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);  // as in analyse_intruders(): threads would wait for each other longer than they compute
  const analysis::IntruderScaling scaling(analysis::changed_matrices(run.base, run.after), options.intruders);
  at::set_num_threads(threads);
  Json result = {{"run", run.record.id},
                 {"intruders", scaling.num_intruders()},
                 {"matrices", scaling.parts().size()},
                 {"threshold", options.intruders.threshold},
                 {"directions", options.intruders.directions},
                 {"examples", scores.num_examples()},
                 {"base_task", scores.base_task_name()},
                 {"base_task_of_base", scores.base_task_of_base()},
                 {"points", Json::array()}};
  for (const double share : options.shares) {
    files::TensorMap weights = run.after;
    for (auto& [name, matrix] : scaling.scaled(share)) weights[name] = matrix;
    const auto task = scores.task(weights, go_on);
    if (!task || !go_on()) throw Interrupted("interrupted, the points so far were printed");
    result["points"].push_back({{"share", share}, {"scores", *task}, {"base_task", scores.base_task(weights)}});
    on_point(result["points"].back());
  }
  return result;
}

}  // namespace lorascope::app
