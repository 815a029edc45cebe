#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lorascope::data {

/// Two sentences that differ in one respect. Kinds that change the form and keep the meaning: passive, cleft, dative,
/// adverb. Kinds that keep the form and change the meaning: role, negation, antonym, number.
struct MinimalPair {
  bool changes_form = true;  ///< else the meaning
  std::string kind;
  std::string first, second;  ///< "The cook helped the nurse."
};

struct MinimalPairOptions {
  std::uint64_t seed = 42;
  int size = 1000;  ///< pairs of each of the eight kinds
};

/// Pairs from a grammar of our own. Each kind that changes the form is matched with one that changes the meaning
/// (passive and role, cleft and negation, dative and number, adverb and antonym): both have exactly as many pairs of
/// every edit distance and every length, so that neither side simply changes more words. No first sentence occurs twice
/// in a kind. The same options give the same pairs on every machine. Throws UsageError for a size that the grammar
/// cannot fill.
std::vector<MinimalPair> make_minimal_pairs(const MinimalPairOptions& options);

/// Least number of words to insert, delete or replace; letter case and the final stop do not count.
std::size_t word_edit_distance(const std::string& first, const std::string& second);
/// Words of both sentences together.
std::size_t pair_length(const MinimalPair& pair);

/// "changed,kind,first,second", one pair a row; changed is "form" or "meaning".
std::string minimal_pairs_csv(std::span<const MinimalPair> pairs);
/// Reads such a file; kinds may be anything. Throws DataError with every problem: a column missing, another word under
/// changed, an empty sentence, no pair of one side.
std::vector<MinimalPair> read_minimal_pairs(const std::filesystem::path& file);

}  // namespace lorascope::data
