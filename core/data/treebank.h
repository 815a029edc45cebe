#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lorascope::data {

/// A sentence with the dependency tree of its words.
struct TreeSentence {
  std::vector<std::string> words;
  std::vector<std::int64_t> heads;     ///< word from 0, -1 for the root; one root, no cycle
  std::vector<bool> is_punctuation;    ///< tagged PUNCT or SYM
  std::size_t line = 0;                ///< where it begins, from 1
};

/// Reads a treebank in CoNLL-U: ten columns between tabs, an empty line after each sentence, # before comments.
/// Multi-word ranges ("3-4") and empty words ("3.1") are skipped. Throws DataError with every problem and its line: not
/// UTF-8, too few columns, numbers out of order, a head that is no word, no or several roots, a cycle, no sentence.
std::vector<TreeSentence> read_treebank(const std::filesystem::path& file);

}  // namespace lorascope::data
