#pragma once

#include <filesystem>

#include "core/data/data_problems.h"
#include "core/data/squad.h"

namespace lorascope::data {

/// As read_squad, but collects the problems and gives the questions that could be read. Throws DataError only where
/// the file cannot be opened.
SquadData read_squad_file(const std::filesystem::path& file, DataProblems& problems);

}  // namespace lorascope::data
