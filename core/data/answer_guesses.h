#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace lorascope::data {

/// Reads a SQuAD predictions file: an object {id: text}. Throws DataError with every value that is no text.
std::map<std::string, std::string> read_answer_guesses(const std::filesystem::path& file);

/// Reads a null odds file: an object {id: number}. Throws DataError with every value that is no number.
std::map<std::string, double> read_null_odds(const std::filesystem::path& file);

}  // namespace lorascope::data
