#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/store/run_record.h"
#include "core/study/run_settings.h"

namespace lorascope::store {

class Database;

/// What a new run's row is made of.
struct NewRun {
  const study::RunSettings& settings;
  std::optional<std::int64_t> study_id;
  std::string command_line;
  std::optional<RunId> parent;
};

/// Inserts a queued run at the end of the queue. Inside the caller's transaction.
RunId insert_run(Database& database, const NewRun& run);

}  // namespace lorascope::store
