#include "core/data/part.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace lorascope::data {
namespace {

std::string text_of(int words) {
  std::string text = "a";
  for (int word = 1; word < words; ++word) text += word % 2 == 0 ? " \n" + std::to_string(word) : "\t" + std::to_string(word);
  return text;
}

/// Passages of the given lengths with two questions each.
std::vector<SquadQuestion> questions_over(const std::vector<int>& lengths) {
  std::vector<SquadQuestion> questions;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    for (const char* ask : {"who", "when"}) {
      SquadQuestion question;
      question.id = std::to_string(i) + ask;
      question.context = std::to_string(i) + " " + text_of(lengths[i] - 1);
      questions.push_back(question);
    }
  }
  return questions;
}

std::string ids(const std::vector<SquadQuestion>& questions) {
  std::string text;
  for (const SquadQuestion& question : questions) text += question.id + " ";
  return text;
}

TEST_CASE("a part holds whole passages, by length, then every N-th, then up to the limit", "[part]") {
  const auto all = questions_over({5, 9, 4, 3, 5, 2});
  CHECK(ids(part_of(all, {})) == ids(all));
  CHECK(ids(part_of(all, {.max_words = 5})) == "0who 0when 2who 2when 3who 3when 4who 4when 5who 5when ");
  CHECK(ids(part_of(all, {.max_words = 5, .every = 2})) == "2who 2when 4who 4when ");
  CHECK(ids(part_of(all, {.max_words = 5, .every = 2, .limit = 1})) == "2who 2when ");
  CHECK(part_of(all, {.max_words = 1}).empty());
}

TEST_CASE("a row is as long as its texts with the longest ending", "[part]") {
  SwagRow row;
  row.sent1 = text_of(3);
  row.sent2 = text_of(2);
  row.endings = {text_of(1), text_of(4), text_of(2), text_of(1)};
  const std::vector<SwagRow> rows(2, row);
  CHECK(part_of(rows, {.max_words = 9}).size() == 2);
  CHECK(part_of(rows, {.max_words = 8}).empty());
  CHECK(part_of(rows, {.every = 2}).size() == 1);
}

TEST_CASE("a sentence is as long as its words are many", "[part]") {
  TaggedSentence sentence;
  sentence.words = {"one two", "three"};
  sentence.tags = {"O", "O"};
  const std::vector<TaggedSentence> sentences(3, sentence);
  CHECK(part_of(sentences, {.max_words = 2}).size() == 3);
  CHECK(part_of(sentences, {.max_words = 1}).empty());
  CHECK(part_of(sentences, {.limit = 2}).size() == 2);
}

}  // namespace
}  // namespace lorascope::data
