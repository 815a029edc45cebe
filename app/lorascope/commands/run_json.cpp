#include "app/lorascope/commands/run_json.h"

namespace lorascope::app {
namespace {

Json optional_time(double time) {
  return time > 0 ? Json(time) : Json(nullptr);
}

}  // namespace

Json run_json(const store::RunRecord& run) {
  Json best = nullptr;
  if (run.best) best = {{"metric", run.best->metric}, {"value", run.best->value}, {"step", run.best->step}};
  return {{"run_id", run.id},
          {"name", run.name},
          {"group", run.group},
          {"study", run.study_id ? Json(run.study) : Json(nullptr)},
          {"study_id", run.study_id ? Json(*run.study_id) : Json(nullptr)},
          {"state", store::text(run.state)},
          {"reason", run.reason},
          {"hint", run.hint},
          {"task", run.task},
          {"method", run.method},
          {"step", run.heartbeat.step},
          {"total_steps", run.heartbeat.total_steps},
          {"best", best},
          {"scores", run.result.scores},
          {"seconds", run.result.seconds},
          {"tokens_per_second", run.result.tokens_per_second},
          {"peak_rss_mib", run.result.peak_rss_mib},
          {"parameters", {{"all", run.result.parameters_all}, {"trainable", run.result.parameters_trainable}}},
          {"created", optional_time(run.created)},
          {"started", optional_time(run.started)},
          {"ended", optional_time(run.ended)},
          {"pid", run.pid},
          {"tags", run.tags},
          {"starred", run.starred},
          {"in_trash", run.trashed > 0},
          {"settings_hash", run.settings_hash}};
}

}  // namespace lorascope::app
