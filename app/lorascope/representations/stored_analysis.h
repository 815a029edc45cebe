#pragma once

#include <filesystem>
#include <vector>

#include "app/lorascope/representations/subjects.h"
#include "core/base/json.h"

namespace lorascope::store {
class Workspace;
}

namespace lorascope::app::representations {

/// Keeps an analysis as a file artifacts/analyses/WHAT-HASH.json and as an artifact of kind "analysis" of each run that
/// it is about; the same analysis of the same subjects takes the place of the earlier one. Returns the file.
std::filesystem::path store_analysis(const store::Workspace& workspace, const std::vector<Subject>& subjects,
                                     const Json& analysis);

}  // namespace lorascope::app::representations
