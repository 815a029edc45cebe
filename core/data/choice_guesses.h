#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/data/swag.h"

namespace lorascope::data {

/// Reads a predictions file of a multiple-choice task: CSV with the columns index (row of the data, from 0) and choice
/// (0 to 3); others are not looked at. Gives the choice of each of the num_rows rows. Throws DataError with every
/// problem: rows that are missing, occur twice or do not exist, choices out of range.
std::vector<std::int64_t> read_choice_guesses(const std::filesystem::path& file, std::size_t num_rows);

/// The text of a predictions file: index, choice (the first maximum), score0 to score3, of each row's scores.
std::string choice_guess_lines(std::span<const std::array<float, kNumEndings>> scores);

}  // namespace lorascope::data
