#pragma once

#include <filesystem>
#include <vector>

#include "core/data/data_problems.h"
#include "core/data/label_set.h"
#include "core/data/wnut17.h"

namespace lorascope::data {

/// As read_tagged_sentences, but collects the problems and gives the sentences that could be read. Throws DataError
/// only where the file cannot be opened.
std::vector<TaggedSentence> read_tagged_file(const std::filesystem::path& file, const LabelSet& labels_of_numbers,
                                             DataProblems& problems);

}  // namespace lorascope::data
