#include "core/data/minimal_pairs.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "core/base/csv.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/csv_table.h"
#include "core/data/data_problems.h"
#include "core/data/grammar.h"
#include "core/data/minimal_pairs_rules.h"
#include "core/data/random.h"

namespace lorascope::data {
namespace {

using Words = std::vector<std::string>;
/// A pair before it becomes text.
using WordPair = std::pair<Words, Words>;

constexpr int kFramePercent = 60;  ///< sentences with an adverbial before or after that both share
constexpr int kMostTries = 400;    ///< draws for each pair that is wanted

Words words_of(const std::string& text) {
  Words words = split_and_trim(text, ' ');
  std::erase(words, std::string());
  return words;
}

Words joined(std::initializer_list<Words> parts) {
  Words all;
  for (const Words& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// "The cook helped the nurse."
std::string sentence(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text + '.';
}

std::size_t edit_distance(const Words& first, const Words& second) {
  std::vector<std::size_t> row(second.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= first.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= second.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, corner + (first[i - 1] == second[j - 1] ? 0 : 1)});
      corner = above;
    }
  }
  return row.back();
}

/// Draws pairs of each kind. Every pair is in the past tense, so that number changes no verb.
class PairGrammar {
 public:
  explicit PairGrammar(std::uint64_t seed) : random_(seed), grammar_(kPairWords) {}

  WordPair passive() {
    const auto [doer, other] = two_people();
    const Words act = forms("act");
    return framed({joined({doer, {act[0]}, other}), joined({other, {"was", act[0], "by"}, doer})});
  }

  WordPair role() {
    const auto [doer, other] = two_people();
    const Words act = forms("act");
    const Words middle = random_.chance(50) ? Words{act[0]} : Words{"was", act[0], "by"};
    return framed({joined({doer, middle, other}), joined({other, middle, doer})});
  }

  WordPair cleft() {
    const auto [doer, other] = two_people();
    const Words act = forms("act"), deal = forms("deal"), thing = container();
    switch (random_.below(3)) {
      case 0:
        return framed({joined({doer, {act[0]}, other}), joined({{"it", "was"}, doer, {"who", act[0]}, other})});
      case 1:
        return framed({joined({doer, {deal[0]}, thing}), joined({{"what"}, doer, {deal[0], "was"}, thing})});
      default:
        return framed(
            {joined({doer, {deal[0]}, thing}), joined({{"what"}, doer, {"did", "was", deal[1]}, thing})});
    }
  }

  WordPair negation() {
    const auto [doer, other] = two_people();
    const bool person = random_.chance(50);
    const Words verb = forms(person ? "act" : "deal"), object = person ? other : container();
    const Words plain = joined({doer, {verb[0]}, object});
    switch (random_.below(3)) {
      case 0:
        return framed({plain, joined({doer, words_of(any("never.one")), {verb[0]}, object})});
      case 1:
        return framed({plain, joined({doer, words_of(any("never.three")), {verb[0]}, object})});
      default:
        return framed({plain, joined({doer, {"did", "not", any("not.even"), verb[1]}, object})});
    }
  }

  WordPair dative() {
    const auto [doer, other] = two_people();
    const Words verb = {any("transfer")}, gift = noun("thing");
    return framed({joined({doer, verb, other, gift}), joined({doer, verb, gift, {"to"}, other})});
  }

  WordPair number() {
    const auto [doer, changed_doer] = counted("person");
    const auto [other, changed_other] = counted("person");
    const auto [gift, changed_gift] = counted("thing");
    const Words verb = {any("transfer")};
    return framed({joined({doer, verb, other, gift}), joined({changed_doer, verb, changed_other, changed_gift})});
  }

  WordPair adverb() {
    const Words doer = noun("person"), verb = {forms("deal")[0]}, thing = container();
    const Words manner = {any("manner")}, time = words_of(any(random_.chance(50) ? "day" : "week"));
    switch (random_.below(3)) {
      case 0:
        return framed({joined({doer, verb, thing, manner}), joined({doer, manner, verb, thing})}, true);
      case 1:
        return framed({joined({doer, verb, thing, time}), joined({time, doer, verb, thing})}, true);
      default:
        return framed({joined({doer, verb, thing, manner, time}), joined({time, doer, manner, verb, thing})}, true);
    }
  }

  WordPair antonym() {
    const Words verb = forms("opposite.deal"), person = forms("opposite.person"), thing = forms("opposite.thing"),
                manner = forms("opposite.manner"), doer = {forms("person")[0]}, object = {forms("container")[0]};
    const bool has_manner = random_.chance(50);
    const std::size_t changes[] = {random_.below(2), random_.below(2), random_.below(2), random_.below(2)};
    const auto version = [&](bool changed) {
      const auto one = [&](const Words& pair, std::size_t place) {
        return Words{pair[changed && changes[place] ? 1 : 0]};
      };
      return joined({{"the"}, one(person, 0), doer, one(verb, 1), {"the"}, one(thing, 2), object,
                     has_manner ? one(manner, 3) : Words{}});
    };
    return framed({version(false), version(true)});
  }

 private:
  std::string any(std::string_view rule) { return random_.pick(grammar_.alternatives(rule)); }
  Words forms(std::string_view rule) { return split_and_trim(any(rule), '/'); }

  /// "the cook", "a tall cook".
  Words noun(std::string_view rule) {
    Words phrase = {any("det")};
    if (random_.chance(35) && rule == "person") phrase.push_back(any("quality"));
    phrase.push_back(forms(rule)[0]);
    return checked(phrase);
  }

  Words container() { return checked({any("det"), forms("container")[0]}); }

  static Words checked(Words phrase) {
    const bool vowel = std::string_view("aeiou").find(phrase[1][0]) != std::string_view::npos;
    if (phrase[0] == "a" && vowel) phrase[0] = "an";
    return phrase;
  }

  std::pair<Words, Words> two_people() {
    const Words first = noun("person");
    Words second = noun("person");
    while (second.back() == first.back()) second = noun("person");
    return {first, second};
  }

  /// A noun phrase, and the same in another number or unchanged.
  std::pair<Words, Words> counted(std::string_view rule) {
    const Words both = forms(rule);
    switch (random_.below(4)) {
      case 0:
        return {{"the", both[0]}, {"the", both[0]}};
      case 1:
        return {{"the", both[0]}, {"the", both[1]}};
      case 2:
        return {checked({"a", both[0]}), {any("numeral"), both[1]}};
      default:
        return {{"the", both[0]}, {"the", any("numeral"), both[1]}};
    }
  }

  /// With an adverbial that both sentences share, before or after; beside one that moves, only a place behind.
  WordPair framed(WordPair pair, bool only_place = false) {
    if (!random_.chance(kFramePercent)) return pair;
    const bool before = !only_place && random_.chance(30);
    const Words more = words_of(any(only_place ? "place" : before ? "before" : "after"));
    for (Words* words : {&pair.first, &pair.second})
      *words = before ? joined({more, *words}) : joined({*words, more});
    return pair;
  }

  Random random_;
  Grammar grammar_;
};

struct Kind {
  const char* name;
  WordPair (PairGrammar::*draw)();
};
/// A kind that changes the form and the one that it is matched with.
struct Match {
  Kind form, meaning;
};
const Match kMatches[] = {{{"passive", &PairGrammar::passive}, {"role", &PairGrammar::role}},
                          {{"cleft", &PairGrammar::cleft}, {"negation", &PairGrammar::negation}},
                          {{"dative", &PairGrammar::dative}, {"number", &PairGrammar::number}},
                          {{"adverb", &PairGrammar::adverb}, {"antonym", &PairGrammar::antonym}}};

/// Pairs of one kind that wait for a partner of the same edit distance and length.
class Pool {
 public:
  using Cell = std::pair<std::size_t, std::size_t>;

  void draw(PairGrammar& grammar, const Kind& kind, bool changes_form) {
    const WordPair words = (grammar.*kind.draw)();
    MinimalPair pair{changes_form, kind.name, sentence(words.first), sentence(words.second)};
    const std::size_t distance = edit_distance(words.first, words.second);
    if (distance == 0 || !seen_.insert(pair.first).second) return;
    waiting_[{distance, words.first.size() + words.second.size()}].push_back(std::move(pair));
  }

  /// Moves the pairs of equal cells to the results, up to `size`.
  static void match(Pool& form, Pool& meaning, std::size_t size, std::vector<MinimalPair>& forms,
                    std::vector<MinimalPair>& meanings) {
    for (auto& [cell, pairs] : form.waiting_) {
      auto& others = meaning.waiting_[cell];
      while (!pairs.empty() && !others.empty() && forms.size() < size) {
        forms.push_back(std::move(pairs.back()));
        meanings.push_back(std::move(others.back()));
        pairs.pop_back();
        others.pop_back();
      }
    }
  }

 private:
  std::map<Cell, std::vector<MinimalPair>> waiting_;
  std::set<std::string> seen_;
};

}  // namespace

std::vector<MinimalPair> make_minimal_pairs(const MinimalPairOptions& options) {
  if (options.size < 1)
    throw UsageError("size: found " + std::to_string(options.size) + ", expected a number above 0");
  const auto size = static_cast<std::size_t>(options.size);
  std::vector<MinimalPair> forms, meanings;
  PairGrammar grammar(options.seed);
  for (const Match& match : kMatches) {
    Pool form, meaning;
    std::vector<MinimalPair> first, second;
    for (std::size_t tries = 0; first.size() < size; ++tries) {
      if (tries > size * kMostTries)
        throw UsageError("size: found " + std::to_string(size) + ", which is more than the grammar has",
                         "ask for at most " + std::to_string(first.size()) + " pairs of each kind");
      form.draw(grammar, match.form, true);
      meaning.draw(grammar, match.meaning, false);
      Pool::match(form, meaning, size, first, second);
    }
    forms.insert(forms.end(), first.begin(), first.end());
    meanings.insert(meanings.end(), second.begin(), second.end());
  }
  forms.insert(forms.end(), meanings.begin(), meanings.end());
  return forms;
}

namespace {

Words plain_words(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  for (char& letter : text)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return words_of(text);
}

}  // namespace

std::size_t word_edit_distance(const std::string& first, const std::string& second) {
  return edit_distance(plain_words(first), plain_words(second));
}

std::size_t pair_length(const MinimalPair& pair) {
  return plain_words(pair.first).size() + plain_words(pair.second).size();
}

std::string minimal_pairs_csv(std::span<const MinimalPair> pairs) {
  std::string text = "changed,kind,first,second\n";
  for (const MinimalPair& pair : pairs)
    text += std::string(pair.changes_form ? "form," : "meaning,") + csv_field(pair.kind) + ',' +
            csv_field(pair.first) + ',' + csv_field(pair.second) + '\n';
  return text;
}

std::vector<MinimalPair> read_minimal_pairs(const std::filesystem::path& file) {
  DataProblems problems(file);
  const CsvTable table(read_file(file), problems);
  problems.throw_if_any();
  std::vector<std::size_t> columns;
  for (const char* name : {"changed", "kind", "first", "second"}) {
    const auto column = table.column(name);
    if (!column) problems.add(1, "no column " + std::string(name), "the columns changed, kind, first, second");
    columns.push_back(column.value_or(0));
  }
  problems.throw_if_any();
  std::vector<MinimalPair> pairs;
  bool has[2] = {false, false};
  for (const CsvRow& row : table.rows()) {
    const std::string& changed = row.fields[columns[0]];
    MinimalPair pair{changed == "form", row.fields[columns[1]], row.fields[columns[2]], row.fields[columns[3]]};
    if (changed != "form" && changed != "meaning")
      problems.add_key(row.line, "changed", '"' + changed + '"', "form or meaning");
    if (words_of(pair.first).empty() || words_of(pair.second).empty())
      problems.add(row.line, "an empty sentence", "two sentences");
    has[pair.changes_form ? 0 : 1] = true;
    pairs.push_back(std::move(pair));
  }
  if (problems.empty() && (!has[0] || !has[1]))
    problems.add(0, has[0] ? "no pair that changes the meaning" : "no pair that changes the form", "pairs of both");
  problems.throw_if_any();
  return pairs;
}

}  // namespace lorascope::data
