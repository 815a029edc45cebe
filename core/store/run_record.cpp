#include "core/store/run_record.h"

#include <array>
#include <utility>

#include "core/base/error.h"

namespace lorascope::store {
namespace {

constexpr std::array<std::pair<RunState, std::string_view>, 9> kNames = {{{RunState::Queued, "queued"},
                                                                          {RunState::Starting, "starting"},
                                                                          {RunState::Running, "running"},
                                                                          {RunState::Paused, "paused"},
                                                                          {RunState::Stopping, "stopping"},
                                                                          {RunState::Finished, "finished"},
                                                                          {RunState::Stopped, "stopped"},
                                                                          {RunState::Failed, "failed"},
                                                                          {RunState::Lost, "lost"}}};

}  // namespace

std::string_view text(RunState state) {
  return kNames[static_cast<std::size_t>(state)].second;
}

RunState run_state_from(std::string_view name) {
  for (const auto& [state, state_name] : kNames) {
    if (state_name == name) return state;
  }
  throw StoreError("cannot read a run", Problem{"state", '"' + std::string(name) + '"',
                                                "queued, starting, running, paused, stopping, "
                                                "finished, stopped, failed or lost",
                                                "the database was changed by another program"});
}

bool is_alive(RunState state) {
  return state == RunState::Starting || state == RunState::Running || state == RunState::Paused ||
         state == RunState::Stopping;
}

bool can_resume(RunState state) {
  return state == RunState::Stopped || state == RunState::Failed || state == RunState::Lost;
}

}  // namespace lorascope::store
