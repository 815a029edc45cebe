#include "core/store/parents.h"

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/study/adapter_reference.h"
#include "core/study/run_settings.h"

namespace lorascope::store {
namespace {

std::vector<RunId> parents_of(const std::string& settings) {
  try {
    return study::parent_runs(study::RunSettings::from_json(settings));
  } catch (const StudyError&) {
    return {};  // the run says itself what is wrong with them when it starts
  }
}

}  // namespace

ParentsState state_of_parents(Database& database, const std::string& settings) {
  ParentsState result;
  for (const RunId parent : parents_of(settings)) {
    const std::string number = std::to_string(parent);
    Query row = database.query("SELECT state, group_name, name FROM run WHERE id = ?");
    if (!row.bind(parent).next()) {
      return {ParentsState::Verdict::Hopeless, RunState::Failed, "run " + number + ", whose adapter it mixes, is gone",
              "start a run with other adapters"};
    }
    const RunState state = run_state_from(row.text(0));
    if (state == RunState::Finished) continue;
    if (state == RunState::Queued || is_alive(state)) {
      result.verdict = ParentsState::Verdict::Waiting;
      continue;
    }
    const bool was_stopped = state == RunState::Stopped;
    return {ParentsState::Verdict::Hopeless, was_stopped ? RunState::Stopped : RunState::Failed,
            "run " + number + " (" + row.text(1) + " / " + row.text(2) + "), whose adapter it mixes, " +
                (was_stopped ? "was stopped" : "did not finish"),
            "resume run " + number + ", then this one"};
  }
  return result;
}

}  // namespace lorascope::store
