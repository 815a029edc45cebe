#include "app/lorascope/engine/run_process.h"

#include <c10/util/Exception.h>

#include <unistd.h>

#include <iostream>
#include <memory>
#include <new>

#include "app/lorascope/engine/interrupts.h"
#include "app/lorascope/engine/run_work.h"
#include "core/base/error.h"
#include "core/store/command_box.h"
#include "core/store/liveness.h"
#include "core/store/run_store.h"

namespace lorascope::app::engine {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// What an exception says at the run's boundary.
RunOutcome outcome_of(std::exception_ptr problem) {
  try {
    std::rethrow_exception(std::move(problem));
  } catch (const Interrupted& error) {
    return {store::RunState::Stopped, error.message(), error.hint(), error.exit_code()};
  } catch (const Error& error) {
    return {store::RunState::Failed, error.message(), error.hint(), error.exit_code()};
  } catch (const c10::Error& error) {
    return {store::RunState::Failed, first_line(error.what_without_backtrace()),
            "smaller batches help where memory ran out; otherwise this is a defect", 1};
  } catch (const std::bad_alloc&) {
    return {store::RunState::Failed, "out of memory", "use a smaller batch, a shorter max_length or a smaller model", 1};
  } catch (const std::exception& error) {
    return {store::RunState::Failed, first_line(error.what()), "", 1};
  }
}

}  // namespace

RunOutcome execute_run(const store::Workspace& workspace, store::RunId run, const ExecutionOptions& options) {
  using store::RunState;
  store::RunStore runs(workspace);
  const store::RunRecord record = runs.get(run);
  const std::vector<RunState> may_start = {RunState::Queued, RunState::Starting, RunState::Stopped, RunState::Failed,
                                           RunState::Lost};
  if (!runs.change_state(run, may_start, RunState::Starting)) {
    throw Error("run " + std::to_string(run) + " is " + std::string(store::text(record.state)) +
                    ", expected a queued, stopped, failed or lost one",
                "start a new run");
  }
  runs.set_process(run, getpid(), store::process_start(getpid()));
  store::CommandBox(workspace).clear(run);

  const Interrupts interrupts;
  ProgressDisplay display(options.silent);
  std::unique_ptr<RunWork> work;
  try {
    work = std::make_unique<RunWork>(workspace, run, options, interrupts, display);
    const RunState state = work->execute();
    return {state, "", "", state == RunState::Stopped ? 4 : 0};
  } catch (const StoreError&) {
    throw;
  } catch (...) {
    const RunOutcome outcome = outcome_of(std::current_exception());
    if (work) work->flush();
    runs.add_event(run, "error", outcome.reason);
    runs.set_state(run, outcome.state, outcome.reason, outcome.hint);
    return outcome;
  }
}

void report(const RunOutcome& outcome) {
  if (!outcome.reason.empty()) std::cerr << "lorascope: " << outcome.reason << '\n';
  if (!outcome.hint.empty()) std::cerr << "Hint: " << outcome.hint << '\n';
}

int run_one(const std::filesystem::path& folder, store::RunId run, const ExecutionOptions& options) {
  const store::Workspace workspace = store::Workspace::open(folder);
  const RunOutcome outcome = execute_run(workspace, run, options);
  report(outcome);
  return outcome.exit_code;
}

}  // namespace lorascope::app::engine
