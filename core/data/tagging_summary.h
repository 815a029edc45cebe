#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/data/wnut17.h"

namespace lorascope::data {

/// What `data show` tells about a tagging file.
struct TaggingSummary {
  std::size_t num_sentences = 0, num_words = 0, num_entities = 0, num_sentences_without_entity = 0;
  std::size_t longest = 0;                      ///< words of the longest sentence
  std::map<std::string, std::size_t> tags;      ///< words of each tag
  std::map<std::string, std::size_t> entities;  ///< entities of each type, an I- that begins one included
  /// Sentences by length in words: bucket i holds lengths 10 i + 1 … 10 i + 10.
  std::vector<std::size_t> lengths;
  std::vector<std::string> first_rows;  ///< the first few sentences, entities in brackets with their type
  /// Oddities that are no errors: I- without a B- before it, words that are only white space, repeated sentences.
  std::vector<std::string> remarks;
};

TaggingSummary summarize(std::span<const TaggedSentence> sentences);

}  // namespace lorascope::data
