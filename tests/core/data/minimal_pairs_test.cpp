#include "core/data/minimal_pairs.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::data::test {
namespace {

using Histogram = std::map<std::pair<std::size_t, std::size_t>, int>;

/// Edit distance by its recursion, on whole words.
std::size_t recursive_distance(const std::vector<std::string>& a, const std::vector<std::string>& b, std::size_t i = 0,
                               std::size_t j = 0) {
  if (i == a.size()) return b.size() - j;
  if (j == b.size()) return a.size() - i;
  if (a[i] == b[j]) return recursive_distance(a, b, i + 1, j + 1);
  return 1 + std::min({recursive_distance(a, b, i + 1, j), recursive_distance(a, b, i, j + 1),
                       recursive_distance(a, b, i + 1, j + 1)});
}

std::map<std::string, Histogram> histograms(const std::vector<MinimalPair>& pairs) {
  std::map<std::string, Histogram> result;
  for (const MinimalPair& pair : pairs)
    ++result[pair.kind][{word_edit_distance(pair.first, pair.second), pair_length(pair)}];
  return result;
}

std::multiset<std::string> letters_of(const std::string& sentence) {
  std::multiset<std::string> words;
  std::string word;
  for (const char letter : sentence + ' ') {
    if (letter == '.') continue;
    if (letter != ' ')
      word += static_cast<char>(std::tolower(letter));
    else if (!word.empty())
      words.insert(std::exchange(word, {}));
  }
  return words;
}

std::filesystem::path kept_pairs() {
  return std::filesystem::path(__FILE__).parent_path() / "../../../experiments/minimal-pairs/pairs.csv";
}

}  // namespace

TEST_CASE("edit distance of words ignores case and the final stop", "[data]") {
  CHECK(word_edit_distance("The cook helped the nurse.", "the cook helped the nurse") == 0);
  CHECK(word_edit_distance("The cook helped the nurse.", "The nurse was helped by the cook.") == 4);
  CHECK(word_edit_distance("The cook helped the nurse.", "It was the cook who helped the nurse.") == 3);
  CHECK(word_edit_distance("", "One two.") == 2);
  for (const auto& [a, b] : std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>>{
           {{"a", "b", "c", "d"}, {"b", "c", "a"}}, {{"x"}, {"y", "z", "x"}}, {{"a", "b", "a"}, {"b", "a", "b"}}}) {
    const auto text = [](const std::vector<std::string>& words) {
      std::string all;
      for (const std::string& word : words) all += word + ' ';
      return all;
    };
    CHECK(word_edit_distance(text(a), text(b)) == recursive_distance(a, b));
  }
}

TEST_CASE("the sets of minimal pairs that are kept are those of the generator, matched and without duplicates",
          "[data]") {
  const std::vector<MinimalPair> pairs = make_minimal_pairs({});
  CHECK(read_file(kept_pairs()) == minimal_pairs_csv(pairs));
  const auto of_kind = histograms(pairs);
  REQUIRE(of_kind.size() == 8);
  for (const auto& [form, meaning] : std::vector<std::pair<const char*, const char*>>{
           {"passive", "role"}, {"cleft", "negation"}, {"dative", "number"}, {"adverb", "antonym"}}) {
    CHECK(of_kind.at(form) == of_kind.at(meaning));
    CHECK(of_kind.at(form).size() >= 8);  // cells of distance and length
  }
  std::map<std::string, int> counts;
  std::set<std::string> texts, firsts;
  for (const MinimalPair& pair : pairs) {
    ++counts[pair.kind];
    CHECK(pair.first != pair.second);
    texts.insert(std::min(pair.first, pair.second) + '\n' + std::max(pair.first, pair.second));
    firsts.insert(pair.kind + '\n' + pair.first);
  }
  for (const auto& [kind, count] : counts) CHECK(count == 1000);
  CHECK(texts.size() == pairs.size());
  CHECK(firsts.size() == pairs.size());
}

TEST_CASE("every kind changes what it says", "[data]") {
  const std::vector<MinimalPair> pairs = make_minimal_pairs({7, 60});
  for (const MinimalPair& pair : pairs) {
    INFO(pair.kind << ": " << pair.first << " / " << pair.second);
    const std::multiset<std::string> first = letters_of(pair.first), second = letters_of(pair.second);
    const bool same_words = first == second;
    if (pair.kind == "role" || pair.kind == "adverb") CHECK(same_words);
    if (pair.kind == "antonym") {
      CHECK(first.size() == second.size());
      CHECK_FALSE(same_words);
    }
    if (pair.kind == "passive") CHECK(second.size() == first.size() + 2);
    if (pair.kind == "dative") CHECK(second.size() == first.size() + 1);
    if (pair.kind == "negation") CHECK(second.size() > first.size());
    CHECK(pair.changes_form ==
          (pair.kind == "passive" || pair.kind == "cleft" || pair.kind == "dative" || pair.kind == "adverb"));
  }
}

TEST_CASE("minimal pairs follow the seed, and their file is read back", "[data]") {
  const std::vector<MinimalPair> pairs = make_minimal_pairs({1, 20});
  CHECK(minimal_pairs_csv(pairs) == minimal_pairs_csv(make_minimal_pairs({1, 20})));
  CHECK(minimal_pairs_csv(pairs) != minimal_pairs_csv(make_minimal_pairs({2, 20})));
  lorascope::test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "pairs.csv";
  write_file_atomically(file, minimal_pairs_csv(pairs));
  CHECK(minimal_pairs_csv(read_minimal_pairs(file)) == minimal_pairs_csv(pairs));
  CHECK_THROWS_AS(make_minimal_pairs({1, 0}), UsageError);
}

TEST_CASE("pairs of one side only, other words and empty sentences are told with their lines", "[data]") {
  lorascope::test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "pairs.csv";
  const auto read = [&](const std::string& rows) {
    write_file_atomically(file, "changed,kind,first,second\n" + rows);
    return read_minimal_pairs(file);
  };
  CHECK(read("form,x,A b.,B a.\nmeaning,y,A b.,A c.\n").size() == 2);
  CHECK_THROWS_WITH(read("form,x,A b.,B a.\n"), Catch::Contains("changes the meaning"));
  CHECK_THROWS_WITH(read("form,x,A b.,B a.\nsense,y,A b.,\n"),
                    Catch::Contains("\"sense\"") && Catch::Contains("empty sentence") && Catch::Contains(":3"));
  write_file_atomically(file, "kind,first\nx,A\n");
  CHECK_THROWS_WITH(read_minimal_pairs(file), Catch::Contains("changed") && Catch::Contains("second"));
}

}  // namespace lorascope::data::test
