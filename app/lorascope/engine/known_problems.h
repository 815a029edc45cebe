#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/store/run_record.h"

namespace lorascope::app::engine {

/// Why this machine cannot compute where the settings say; empty where it can.
std::vector<Problem> device_problems(const std::string& device);

/// What would make a run fail and is known before it starts, without reading its files: settings that cannot be read, an
/// encoder, a data file or an adapter to go on with that is not there, a device that the machine has not.
std::vector<Problem> known_problems(const store::RunRecord& run);

}  // namespace lorascope::app::engine
