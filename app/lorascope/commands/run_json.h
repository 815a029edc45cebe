#pragma once

#include "core/base/json.h"
#include "core/store/run_record.h"

namespace lorascope::app {

/// One run as `runs list --json`, `runs show --json` and `run --json` print it. Not-a-number is null.
Json run_json(const store::RunRecord& run);

}  // namespace lorascope::app
