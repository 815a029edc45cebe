#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/data/label_set.h"

namespace lorascope::text {
class Tokenizer;
}

namespace lorascope::data {

/// A sentence whose words carry one tag each (IOB2: O, B-TYPE, I-TYPE). words and tags have the same length.
struct TaggedSentence {
  std::vector<std::string> words;
  std::vector<std::string> tags;
  std::size_t line = 0;  ///< line of the file where it begins, from 1
};

/// Reads the sentences of a tagging file. The form is found from the content:
/// - columns: word TAB tag (WNUT17), or CoNLL-2003 style with spaces, word first and tag last, -DOCSTART- lines
/// skipped.
///   A line that is empty after trimming its right end separates sentences; repeated separators count once;
/// - JSON lines, or a JSON array, of objects with `tokens` or `words`, and `ner_tags`, `tags`, `ner` or `labels` as
///   strings or as numbers of `labels_of_numbers`.
/// Words are kept byte for byte. Throws DataError with every problem and its line: not UTF-8, one column only,
/// malformed tags, lengths that differ, no sentence at all.
std::vector<TaggedSentence> read_tagged_sentences(const std::filesystem::path& file,
                                                  const LabelSet& labels_of_numbers = LabelSet::wnut17());

/// One feature a sentence: [CLS] pieces of all words [SEP], cut at max_length (0 = no limit). The first piece of a word
/// has the word's label, the others and the special tokens -100; with label_all_tokens every piece has it, B- turned
/// into I- after the first. Words that normalise to nothing have no piece. Throws DataError with every unknown tag.
std::vector<Feature> make_token_features(std::span<const TaggedSentence> sentences, const text::Tokenizer& tokenizer,
                                         const LabelSet& labels, int max_length, bool label_all_tokens = false);

}  // namespace lorascope::data
