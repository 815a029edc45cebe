#pragma once

#include <string>

#include "core/store/run_record.h"

namespace lorascope::store {
class RunStore;
}

namespace lorascope::app {

/// Every point of every series of a run, one line a step: "step" and a column a series by name, RFC 4180; an empty cell
/// where a series has no point, "nan" for not-a-number. Numbers read back as the same ones; `import csv` takes the file.
std::string metrics_csv(const store::RunStore& runs, store::RunId run);

/// The same as JSON lines: {"step": N, SERIES: value, …}, not-a-number as null.
std::string metrics_json_lines(const store::RunStore& runs, store::RunId run);

}  // namespace lorascope::app
