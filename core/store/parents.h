#pragma once

#include <string>

#include "core/store/run_record.h"

namespace lorascope::store {

class Database;

/// Whether a queued run may start: the runs whose adapters it mixes must have finished.
struct ParentsState {
  enum class Verdict { Ready, Waiting, Hopeless };
  Verdict verdict = Verdict::Ready;
  RunState end = RunState::Failed;  ///< of a hopeless one: failed, or stopped where the parent was
  std::string reason, hint;
};

/// Inside the caller's transaction. `settings` is the run's row.
ParentsState state_of_parents(Database& database, const std::string& settings);

}  // namespace lorascope::store
