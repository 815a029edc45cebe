#pragma once

#include <filesystem>
#include <vector>

#include "core/data/data_problems.h"
#include "core/data/swag.h"

namespace lorascope::data {

/// As read_swag, but collects the problems and gives the rows that could be read. Throws DataError only where the file
/// cannot be opened.
std::vector<SwagRow> read_swag_file(const std::filesystem::path& file, DataProblems& problems);

}  // namespace lorascope::data
