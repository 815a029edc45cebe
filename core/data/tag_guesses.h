#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/data/wnut17.h"

namespace lorascope::data {

/// The guessed tags of each sentence, as many as it has words.
using TagGuesses = std::vector<std::vector<std::string>>;

/// Reads a predictions file: a line `word TAB gold TAB guess` for every word, an empty line after every sentence.
/// Throws DataError where words or gold tags are not those of the sentences, listing every difference with its line.
TagGuesses read_tag_guesses(const std::filesystem::path& file, std::span<const TaggedSentence> sentences);

/// The text of a predictions file that read_tag_guesses reads back.
std::string tag_guess_lines(std::span<const TaggedSentence> sentences, const TagGuesses& guesses);

}  // namespace lorascope::data
