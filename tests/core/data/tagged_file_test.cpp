#include "core/data/tagged_file.h"

#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/tag_guesses.h"
#include "core/data/tagging_summary.h"
#include "core/data/text_lines.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using data::TaggedSentence;

namespace {

std::vector<TaggedSentence> read(const std::string& content) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "posts.conll", content);
  return data::read_tagged_sentences(folder.path() / "posts.conll");
}

// Reading fails, and the message has the file and all of `words`.
void check_refused(const std::string& content, const std::vector<std::string>& words) {
  INFO(content);
  try {
    read(content);
    FAIL("was accepted");
  } catch (const DataError& error) {
    CHECK_THAT(error.message(), Catch::Contains("posts.conll"));
    for (const std::string& word : words) CHECK_THAT(error.message(), Catch::Contains(word));
  }
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("sentences end at empty lines, at lines of white space, and once where these repeat", "[data]") {
  const auto sentences = read("\n\t\na\tO\nb c\tB-person\n\t\n\n \nd\tO\r\n\r\n\u00A0\nf\tI-group");
  REQUIRE(sentences.size() == 3);
  CHECK(sentences[0].words == Words{"a", "b c"});
  CHECK(sentences[0].tags == Words{"O", "B-person"});
  CHECK(sentences[0].line == 3);
  CHECK(sentences[1].words == Words{"d"});
  CHECK(sentences[2].words == Words{"f"});
  CHECK(sentences[2].line == 11);
}

TEST_CASE("words are kept byte for byte", "[data]") {
  const auto sentences = read("\u2028x\tO\n\uFE0F\tO\n\u200B\uFEFF\tO\nNew\u00A0York\tB-location\n");
  CHECK(sentences.front().words == Words{"\u2028x", "\uFE0F", "\u200B\uFEFF", "New\u00A0York"});
}

TEST_CASE("CoNLL-2003 columns have the word first and the tag last", "[data]") {
  const auto sentences = read("-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\nNo DT O O\n");
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[0].words == Words{"EU", "rejects"});
  CHECK(sentences[0].tags == Words{"B-ORG", "O"});
}

TEST_CASE("JSON lines and lists hold tokens or words with tags as texts or numbers", "[data]") {
  const auto lines =
      read("{\"tokens\": [\"Mia\", \"is\"], \"ner_tags\": [9, 0]}\n\n{\"words\": [\"x\"], \"ner\": [\"B-group\"]}\n");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].tags == Words{"B-person", "O"});
  CHECK(lines[1].line == 3);
  const auto list = read("[{\"words\": [\"x\", \"y\"], \"labels\": [\"B-group\", \"I-group\"]}]");
  CHECK(list.front().tags == Words{"B-group", "I-group"});
  // Brackets may be words of a column file.
  CHECK(read("{\tO\n\"\tO\n").front().words == Words{"{", "\""});
  CHECK(read("[\tO\n]\tO\n").front().words == Words{"[", "]"});
}

TEST_CASE("a byte order mark is no part of the first word", "[data]") {
  CHECK(read("\xEF\xBB\xBFword\tO\n").front().words == Words{"word"});
}

TEST_CASE("damaged tagging files are refused with line, found and expected", "[data]") {
  check_refused("", {"an empty file"});
  check_refused("\n\t\n \n", {"no sentence"});
  check_refused("only\nwords\n", {"posts.conll:1", "one column", "posts.conll:2"});
  check_refused("a\tO\nb\n", {"posts.conll:2", "one column: \"b\"", "word TAB tag"});
  check_refused("a\tO\nb\tB_person\n", {"posts.conll:2", "B_person", "B-TYPE"});
  check_refused("a\tO\nb\tperson\n", {"person"});
  check_refused("a\tO\nb\tB-\n", {"\"B-\""});
  check_refused("a\to\n", {"tag \"o\""});
  check_refused("a\tO\n\xFF\xFE\tO\n", {"posts.conll:2", "not UTF-8"});
  check_refused(std::string("\x1F\x8B\x08\x00\x00", 5), {"a gzip archive"});
  check_refused("{\"tokens\": [\"a\"]}\n", {"no list of tags"});
  check_refused("{\"tags\": [\"O\"]}\n", {"no list of words"});
  check_refused("{\"tokens\": \"a b\", \"tags\": [\"O\"]}\n", {"an object with tokens"});
  check_refused("{\"tokens\": [\"a\"], \"tags\": [\"O\", \"O\"]}\n", {"1 words and 2 tags"});
  check_refused("{\"tokens\": [\"a\"], \"tags\": [13]}\n", {"tag 13", "below 13"});
  check_refused("{\"tokens\": [\"a\"], \"tags\": [-1]}\n", {"-1"});
  check_refused("{\"tokens\": [\"a\"], \"tags\": [0.5]}\n", {"0.5"});
  check_refused("{\"tokens\": [7], \"tags\": [0]}\n", {"a text"});
  check_refused("{\"tokens\": [\"a\"], \"tags\": [0]}\n{\"tokens\": [\"a\"], \"ta\n", {"posts.conll:2", "not JSON"});
  check_refused("[{\"tokens\": [\"a\"], \"tags\": [0]}, 7]", {"row 1"});
  check_refused("[]", {"no sentence"});
}

TEST_CASE("a file with many problems lists the first twenty and counts the others", "[data]") {
  std::string content = "a\tO\n";
  for (int i = 0; i < 500; ++i) content += "x\tbad\n";
  check_refused(content, {"posts.conll:2:", "posts.conll:21:", "480 more problems"});
}

TEST_CASE("reading a file that is absent or a folder is told as such", "[data]") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(data::read_tagged_sentences(folder.path() / "absent.conll"), DataError);
  CHECK_THROWS_AS(data::read_tagged_sentences(folder.path()), DataError);
}

TEST_CASE("random bytes and cut files never break the readers", "[data]") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "posts.conll";
  std::mt19937 random(3);
  const std::string pieces[] = {"a",        "\t",   "\n",   " ", "O",          "B-",         "I-x",
                                "{",        "}",    "[",    "]", "\"tokens\"", ":",          ",",
                                "\"tags\"", "\xFF", "\xC3", "é", "9",          "-DOCSTART-", std::string(1, '\0'),
                                "\r"};
  for (int i = 0; i < 1000; ++i) {
    std::string content;
    for (unsigned count = random() % 60; count > 0; --count) content += pieces[random() % std::size(pieces)];
    std::ofstream(file, std::ios::binary) << content;
    try {
      const auto sentences = data::read_tagged_sentences(file);
      data::summarize(sentences);
      for (const TaggedSentence& sentence : sentences) REQUIRE(sentence.words.size() == sentence.tags.size());
      data::read_tag_guesses(file, sentences);
    } catch (const DataError&) {
    }
  }
}

TEST_CASE("white space is trimmed as Python does", "[data]") {
  CHECK(data::trim_right("a \t\r\x1C\u00A0\u3000\u2028") == "a");
  CHECK(data::trim_right("a\u200B") == "a\u200B");
  CHECK(data::trim_right("\xFF") == "\xFF");
  CHECK(data::trim_right(" \u0085 ").empty());
}

TEST_CASE("a summary counts words, tags, entities and lengths, and remarks on oddities", "[data]") {
  const auto summary = data::summarize(read("a\tB-x\nb\tI-x\nc\tO\nd\tI-y\n\na\tO\n\na\tO\n"));
  CHECK(summary.num_sentences == 3);
  CHECK(summary.num_words == 6);
  CHECK(summary.num_entities == 2);
  CHECK(summary.num_sentences_without_entity == 2);
  CHECK(summary.entities.at("y") == 1);
  CHECK(summary.tags.at("O") == 3);
  CHECK(summary.lengths == std::vector<std::size_t>{3});
  REQUIRE(summary.remarks.size() == 2);
  CHECK_THAT(summary.remarks[0], Catch::Contains("I- tags"));
  CHECK_THAT(summary.remarks[1], Catch::Contains("occurred before"));
}
