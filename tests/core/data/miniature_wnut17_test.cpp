#include "core/data/miniature_wnut17.h"

#include <set>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/grammar.h"
#include "core/data/random.h"
#include "core/data/tagging_summary.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using data::TaggedSentence;

namespace {

std::set<std::string> entity_texts(const std::vector<TaggedSentence>& sentences) {
  std::set<std::string> texts;
  for (const TaggedSentence& sentence : sentences) {
    std::string text;
    for (std::size_t i = 0; i <= sentence.words.size(); ++i) {
      const bool goes_on = i < sentence.words.size() && sentence.tags[i][0] == 'I';
      if (!goes_on && !text.empty()) texts.insert(text);
      if (!goes_on) text.clear();
      if (i < sentence.words.size() && sentence.tags[i] != "O") text += sentence.words[i] + ' ';
    }
  }
  return texts;
}

}  // namespace

TEST_CASE("the random stream is SplitMix64 on every machine", "[data]") {
  data::Random random(1234567);
  CHECK(random.next() == 6457827717110365317ULL);
  CHECK(random.next() == 3203168211198807973ULL);
  std::vector<int> seen(7);
  for (int i = 0; i < 700; ++i) ++seen[random.below(7)];
  for (const int count : seen) CHECK(count > 50);
}

TEST_CASE("a grammar expands rules, slots and words in order", "[data]") {
  const data::Grammar grammar("post: the <thing> of {person}\nthing: big cat\n | big cat\n");
  data::Random random(1);
  std::string text;
  grammar.expand(
      "<post> !", random, [&](std::string_view word) { text += std::string(word) + ' '; },
      [&](std::string_view slot) { text += "(" + std::string(slot) + ") "; });
  CHECK(text == "the big cat of (person) ! ");
  CHECK(grammar.alternatives("thing").size() == 2);
}

TEST_CASE("the same seed gives the same miniature data, for ever", "[data]") {
  const data::TaggedSplits splits = data::make_miniature_wnut17({});
  CHECK(data::conll_text(splits.train) == data::conll_text(data::make_miniature_wnut17({}).train));
  CHECK(data::conll_text(splits.train) != data::conll_text(data::make_miniature_wnut17({43, 800}).train));
  // Published figures of the built-in study rest on these bytes: a change of the generator changes them knowingly.
  CHECK(sha256(data::conll_text(splits.train) + data::conll_text(splits.dev) + data::conll_text(splits.test)) ==
        "437fababe43fa4dbe16477188ffcb96174a995cc952109a9566c7b3a9a1ca7af");
}

TEST_CASE("the miniature data has all six types in every part and is read back as it is", "[data]") {
  const test::TemporaryFolder folder;
  const data::TaggedSplits splits = data::make_miniature_wnut17({});
  CHECK(splits.train.size() == 800);
  CHECK(splits.dev.size() == 200);
  CHECK(splits.test.size() == 300);
  for (const auto* part : {&splits.train, &splits.dev, &splits.test}) {
    const data::TaggingSummary summary = data::summarize(*part);
    CHECK(summary.tags.size() == 13);
    CHECK(summary.longest < 40);
    CHECK(summary.num_sentences_without_entity * 100 > summary.num_sentences * 15);
    CHECK(summary.remarks.empty());
    write_file_atomically(folder.path() / "part.conll", data::conll_text(*part));
    const auto read = data::read_tagged_sentences(folder.path() / "part.conll");
    REQUIRE(read.size() == part->size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      REQUIRE(read[i].words == (*part)[i].words);
      REQUIRE(read[i].tags == (*part)[i].tags);
      REQUIRE(read[i].line == (*part)[i].line);
    }
  }
}

TEST_CASE("dev and test need generalisation: most of their names and no sentence occur in training", "[data]") {
  const data::TaggedSplits splits = data::make_miniature_wnut17({});
  const std::set<std::string> known = entity_texts(splits.train);
  std::set<std::vector<std::string>> sentences;
  for (const TaggedSentence& sentence : splits.train) sentences.insert(sentence.words);
  for (const auto* part : {&splits.dev, &splits.test}) {
    const std::set<std::string> names = entity_texts(*part);
    std::size_t num_known = 0;
    for (const std::string& name : names) num_known += known.contains(name) ? 1 : 0;
    CHECK(num_known * 4 < names.size());
    for (const TaggedSentence& sentence : *part) CHECK_FALSE(sentences.contains(sentence.words));
  }
}

TEST_CASE("sizes outside the range are refused, and many seeds work", "[data]") {
  CHECK_THROWS_AS(data::make_miniature_wnut17({42, 0}), UsageError);
  CHECK_THROWS_AS(data::make_miniature_wnut17({42, -5}), UsageError);
  CHECK_THROWS_AS(data::make_miniature_wnut17({42, 10000000}), UsageError);
  for (std::uint64_t seed = 0; seed < 20; ++seed) CHECK(data::make_miniature_wnut17({seed, 100}).test.size() == 37);
}
