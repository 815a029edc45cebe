#pragma once

#include <filesystem>
#include <string>

#include "core/store/run_record.h"
#include "core/store/workspace.h"

namespace lorascope::app::engine {

/// How a run's process ended.
struct RunOutcome {
  store::RunState state = store::RunState::Failed;
  std::string reason;  ///< of a failure: one sentence
  std::string hint;
  int exit_code = 1;   ///< 0 finished, 4 stopped and kept, else the failure's
};

struct ExecutionOptions {
  bool silent = false;  ///< no progress on stderr
  int threads = 0;      ///< of a run whose settings leave them open; 0: all cores
};

/// Carries one run from its row in the store to its end, in this process: reads settings, data and model, continues
/// from the run's checkpoint where there is one, trains, scores, exports, and writes all of it to the store. Whatever
/// goes wrong becomes the state "failed" with reason and hint. Ctrl-C once stops and keeps, twice aborts.
/// Throws StoreError where the store itself cannot be used, and Error where there is no such run or it is alive.
RunOutcome execute_run(const store::Workspace& workspace, store::RunId run, const ExecutionOptions& options);

/// Reason and hint on stderr, where there are any.
void report(const RunOutcome& outcome);

/// The process that the queue starts: execute_run with its progress on stderr. Returns the exit code.
int run_one(const std::filesystem::path& workspace, store::RunId run, const ExecutionOptions& options);

}  // namespace lorascope::app::engine
