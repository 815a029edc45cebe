#include "tests/support/tree_grammar.h"

#include <array>
#include <map>
#include <random>

namespace lorascope::test {
namespace {

enum Role {
  SubjectDet, SubjectAdj, Subject, That, RelativeNoun, RelativeVerb, Verb, ObjectDet, ObjectAdj, Object, Adverb,
  Preposition, Place, Stop
};

struct Piece {
  Role role;
  Role head;  ///< its own role: the root
  const char* tag;
  int of_ten;  ///< in how many of ten sentences
};

// In the order of the sentence. What hangs on a word that is not there is not there either.
constexpr Piece kPieces[] = {{SubjectDet, Subject, "DET", 10},  {SubjectAdj, Subject, "ADJ", 5},
                             {Subject, Verb, "NOUN", 10},       {That, RelativeVerb, "SCONJ", 10},
                             {RelativeNoun, RelativeVerb, "NOUN", 10}, {RelativeVerb, Subject, "VERB", 4},
                             {Verb, Verb, "VERB", 10},          {ObjectDet, Object, "DET", 7},
                             {ObjectAdj, Object, "ADJ", 5},     {Object, Verb, "NOUN", 9},
                             {Adverb, Verb, "ADV", 4},          {Preposition, Place, "ADP", 10},
                             {Place, Verb, "NOUN", 5},          {Stop, Verb, "PUNCT", 10}};

const std::vector<std::string>& english(Role role) {
  static const std::vector<std::string> nouns = {"cook",  "pilot",  "girl",   "farmer", "teacher", "dog",    "horse",
                                                 "nurse", "driver", "singer", "king",   "painter", "sailor", "baker"};
  static const std::vector<std::string> adjectives = {"old", "small", "quiet", "happy", "tired", "young", "tall", "poor"};
  static const std::vector<std::string> verbs = {"saw",     "helped", "followed", "painted", "called",
                                                 "visited", "thanked", "pushed",  "heard",   "found"};
  static const std::map<Role, std::vector<std::string>> others = {
      {SubjectDet, {"the", "a", "every"}}, {ObjectDet, {"the", "a", "this"}},
      {That, {"that", "whom"}},            {Adverb, {"quickly", "again", "slowly", "yesterday", "often"}},
      {Preposition, {"in", "near", "behind"}}, {Place, {"town", "school", "rain", "winter", "paris", "gardens"}},
      {Stop, {".", "!"}}};
  if (const auto found = others.find(role); found != others.end()) return found->second;
  if (role == SubjectAdj || role == ObjectAdj) return adjectives;
  return role == Verb || role == RelativeVerb ? verbs : nouns;
}

std::string form_of(Role role, TreeForms forms, std::mt19937& random) {
  if (forms == TreeForms::English) return english(role)[random() % english(role).size()];
  std::string form(1, static_cast<char>('a' + role));
  for (int i = 0; i < 2; ++i) form += static_cast<char>('a' + random() % kNumRoles);
  return form;
}

std::string row(const std::string& id, const std::string& form, const std::string& tag, const std::string& head) {
  return id + '\t' + form + "\t_\t" + tag + "\t_\t_\t" + head + "\t_\t_\t_\n";
}

std::string rows_of(const std::vector<TreeWord>& words, std::uint32_t seed) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    if (seed % 3 == 0 && i == 1)
      text += row(std::to_string(number) + "-" + std::to_string(number + 1), words[i].form + words[i + 1].form, "_", "_");
    text += row(std::to_string(number), words[i].form, words[i].tag, std::to_string(words[i].head));
    if (seed % 4 == 0 && i == 2) text += row(std::to_string(number) + ".1", "unsaid", "VERB", "_");
  }
  return text;
}

/// A chain, longer than any encoder.
std::string long_rows(int words, TreeForms forms, std::mt19937& random) {
  std::string text;
  for (int number = 1; number <= words; ++number)
    text += row(std::to_string(number), form_of(Subject, forms, random), "NOUN", std::to_string(number - 1));
  return text;
}

}  // namespace

std::vector<TreeWord> tree_sentence(std::uint32_t seed, TreeForms forms) {
  std::mt19937 random(seed);
  std::array<bool, kNumRoles> is_there{};
  for (const Piece& piece : kPieces) is_there[piece.role] = static_cast<int>(random() % 10) < piece.of_ten;
  for (const Piece& piece : kPieces)
    if (!is_there[piece.head]) is_there[piece.role] = false;
  std::map<Role, int> number;
  for (const Piece& piece : kPieces)
    if (is_there[piece.role]) number.emplace(piece.role, static_cast<int>(number.size()) + 1);
  std::vector<TreeWord> words;
  for (const Piece& piece : kPieces) {
    if (!is_there[piece.role]) continue;
    const int head = piece.head == piece.role ? 0 : number.at(piece.head);
    words.push_back({piece.role, form_of(piece.role, forms, random), piece.tag, head});
  }
  return words;
}

std::string tree_bank(int sentences, std::uint32_t seed, TreeForms forms, int long_words) {
  std::mt19937 random(seed);
  std::string text = "# generator = tests/support/tree_grammar.cpp\n";
  for (int i = 0; i < sentences; ++i) {
    const auto own = static_cast<std::uint32_t>(random());
    text += "# sent_id = " + std::to_string(i) + "\n";
    text += i % 25 == 24 ? long_rows(long_words, forms, random) : rows_of(tree_sentence(own, forms), own);
    text += "\n";
  }
  return text;
}

}  // namespace lorascope::test
