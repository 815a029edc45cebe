#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lorascope::test {

/// One word of a generated sentence. Every role occurs at most once in a sentence.
struct TreeWord {
  int role = 0;  ///< 0 to kNumRoles - 1: determiner, adjective and noun of the subject, verb, …
  std::string form;
  std::string tag;
  int head = 0;  ///< from 1; 0: the root
};
inline constexpr int kNumRoles = 14;

/// Words of a small grammar: NOUN VERB NOUN with determiners, adjectives, a relative clause, an adverb, a prepositional
/// phrase and a full stop, each there or not. English forms, where subjects and objects are of one list of nouns; or
/// letters, where a word begins with its role's letter and goes on at random.
enum class TreeForms { English, Letters };
std::vector<TreeWord> tree_sentence(std::uint32_t seed, TreeForms forms);

/// A treebank of such sentences in CoNLL-U with comments, multi-word ranges, empty words and, every 25th, a sentence of
/// `long_words` words that no encoder has room for.
std::string tree_bank(int sentences, std::uint32_t seed, TreeForms forms, int long_words);

}  // namespace lorascope::test
