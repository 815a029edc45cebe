#include "core/metrics/tagging.h"

#include <string>
#include <vector>

#include "core/metrics/entities.h"
#include "tests/support/catch.h"

using namespace lorascope::metrics;
using Tags = std::vector<std::string>;

namespace {

TaggedGuess sentence(const Tags& gold, const Tags& guess, Tags words = {}) {
  if (words.empty()) {
    for (std::size_t i = 0; i < gold.size(); ++i) words.push_back("w" + std::to_string(i));
  }
  return {std::move(words), gold, guess};
}

// The tags of every entity as one would find them by looking at each pair of neighbours.
std::vector<Entity> naive_lenient_entities(const Tags& tags) {
  std::vector<Entity> found;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (tags[i] == "O") continue;
    const std::string type = tags[i].substr(2);
    const bool goes_on = !found.empty() && tags[i][0] == 'I' && found.back().type == type &&
                         found.back().last == static_cast<int>(i) - 1;
    if (goes_on) {
      found.back().last = static_cast<int>(i);
    } else {
      found.push_back({type, static_cast<int>(i), static_cast<int>(i)});
    }
  }
  return found;
}

}  // namespace

TEST_CASE("lenient entities begin at B-, and at I- after O or another type", "[metrics]") {
  CHECK(lenient_entities(Tags{"B-a", "I-a", "O", "I-b", "I-c", "B-c"}) ==
        std::vector<Entity>{{"a", 0, 1}, {"b", 3, 3}, {"c", 4, 4}, {"c", 5, 5}});
  CHECK(lenient_entities(Tags{"B-creative-work"}) == std::vector<Entity>{{"creative-work", 0, 0}});
  CHECK(lenient_entities(Tags{"B-a", "E-a", "S-b", "S-b"}) ==
        std::vector<Entity>{{"a", 0, 1}, {"b", 2, 2}, {"b", 3, 3}});
  CHECK(lenient_entities(Tags{"B", "I"}) == std::vector<Entity>{{"_", 0, 1}});
  CHECK(lenient_entities(Tags{}).empty());
  CHECK(lenient_entities(Tags{""}).empty());
}

TEST_CASE("strict entities drop what is no IOB2", "[metrics]") {
  CHECK(strict_entities(Tags{"B-a", "I-a", "O", "I-b", "I-c", "B-c", "I-d"}) ==
        std::vector<Entity>{{"a", 0, 1}, {"c", 5, 5}});
  CHECK(strict_entities(Tags{"I-a", "I-a"}).empty());
}

TEST_CASE("lenient entities equal a plain search on all short tag sequences", "[metrics]") {
  const Tags alphabet = {"O", "B-a", "I-a", "B-b", "I-b"};
  for (int code = 0; code < 3125; ++code) {
    Tags tags;
    for (int rest = code, i = 0; i < 5; ++i, rest /= 5) tags.push_back(alphabet[static_cast<std::size_t>(rest % 5)]);
    REQUIRE(lenient_entities(tags) == naive_lenient_entities(tags));
  }
}

TEST_CASE("scores of a worked example", "[metrics]") {
  // Wanted: a(0-1), b(3); guessed: a(0-1), b(4), b(5): one of three right, one of two found.
  const std::vector<TaggedGuess> guesses = {
      sentence({"B-a", "I-a", "O", "B-b", "O", "O"}, {"B-a", "I-a", "O", "O", "B-b", "I-a"})};
  const auto scores = tagging_scores(guesses);
  CHECK(scores.at("precision") == Approx(1.0 / 3));
  CHECK(scores.at("recall") == Approx(0.5));
  CHECK(scores.at("f1") == Approx(0.4));
  CHECK(scores.at("accuracy") == Approx(3.0 / 6));
  CHECK(scores.at("a.precision") == Approx(0.5));
  CHECK(scores.at("a.support") == 1);
  CHECK(scores.at("b.f1") == 0);
  // Strict: the stray I-a is no entity.
  CHECK(scores.at("strict.precision") == Approx(0.5));
  CHECK(scores.at("strict.a.f1") == Approx(1.0));
}

TEST_CASE("a surface form counts once and is right if it is right anywhere", "[metrics]") {
  const std::vector<TaggedGuess> guesses = {sentence({"B-a", "O"}, {"B-a", "O"}, {"x", "y"}),
                                            sentence({"B-a", "O"}, {"O", "B-a"}, {"x", "y"}),
                                            sentence({"B-a", "O"}, {"B-b", "O"}, {"X", "y"})};
  const auto scores = tagging_scores(guesses);
  // Wanted forms: (x, a), (X, a); guessed: (x, a), (y, a), (X, b).
  CHECK(scores.at("surface.precision") == Approx(1.0 / 3));
  CHECK(scores.at("surface.recall") == Approx(0.5));
  CHECK(scores.at("precision") == Approx(1.0 / 3));
}

TEST_CASE("an entity does not reach into the next sentence", "[metrics]") {
  const std::vector<TaggedGuess> guesses = {sentence({"B-a"}, {"B-a"}), sentence({"I-a"}, {"I-a"})};
  CHECK(tagging_scores(guesses).at("a.support") == 2);
}

TEST_CASE("the zero-division switch decides what an empty ratio is", "[metrics]") {
  const std::vector<TaggedGuess> guesses = {sentence({"B-a", "O"}, {"O", "O"})};
  const auto zero = tagging_scores(guesses, ZeroDivision::Zero);
  const auto one = tagging_scores(guesses, ZeroDivision::One);
  CHECK(zero.at("precision") == 0);
  CHECK(one.at("precision") == 1);
  CHECK(one.at("a.precision") == 1);
  CHECK(one.at("recall") == 0);
  CHECK(one.at("f1") == 0);
  CHECK(one.at("surface.precision") == 0);
  const std::vector<TaggedGuess> nothing = {sentence({"O"}, {"O"})};
  CHECK(tagging_scores(nothing, ZeroDivision::One).at("f1") == 1);
  CHECK(tagging_scores(nothing, ZeroDivision::Zero).at("f1") == 0);
  CHECK(tagging_scores({}).at("accuracy") == 0);
}

TEST_CASE("without words there are no surface figures", "[metrics]") {
  TaggedGuess guess = sentence({"B-a"}, {"B-a"});
  guess.words.clear();
  CHECK_FALSE(tagging_scores(std::vector<TaggedGuess>{guess}).contains("surface.f1"));
}
