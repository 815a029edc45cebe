#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "app/lorascope/inspect/inspect_text.h"

namespace lorascope::app::inspect {

/// A text of a file with what the file says about it.
struct LabelledText {
  InspectText text;
  std::vector<std::string> word_classes;  ///< wnut17: of each word, as the file has it; empty: not known
  std::string kind;                       ///< of a minimal pair; empty: none
  int label = -1;                         ///< swag: the right ending
  std::string answer;                     ///< squad: a right answer
};

/// The first `limit` texts of a file. By its ending and content: minimal pairs (".csv" of experiments/minimal-pairs: two
/// texts each), CoNLL-U (".conllu": classes are universal parts of speech), plain lines (".txt", wnut17 only), else the
/// task's own format. Throws DataError, UsageError.
std::vector<LabelledText> read_texts(const std::string& task, const std::filesystem::path& file, std::size_t limit);

}  // namespace lorascope::app::inspect
