#include "core/data/treebank.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::data::test {
namespace {

std::string row(const std::string& id, const std::string& word, const std::string& tag, const std::string& head) {
  return id + '\t' + word + "\t_\t" + tag + "\t_\t_\t" + head + "\t_\t_\t_\n";
}

std::vector<TreeSentence> read(const std::string& text) {
  lorascope::test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "bank.conllu", text);
  return read_treebank(folder.path() / "bank.conllu");
}

}  // namespace

TEST_CASE("a treebank gives words, heads and punctuation, and skips ranges, empty words and comments", "[data]") {
  const auto sentences = read("# text = cooks sing\n" + row("1", "Cooks", "NOUN", "2") + row("2", "sing", "VERB", "0") +
                              row("2.1", "songs", "NOUN", "_") + row("3", ".", "PUNCT", "2") + "\n" +
                              row("1-2", "dont", "_", "_") + row("1", "do", "AUX", "0") + row("2", "nt", "PART", "1"));
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[0].words == std::vector<std::string>{"Cooks", "sing", "."});
  CHECK(sentences[0].heads == std::vector<std::int64_t>{1, -1, 1});
  CHECK(sentences[0].is_punctuation == std::vector<bool>{false, false, true});
  CHECK(sentences[0].line == 2);
  CHECK(sentences[1].heads == std::vector<std::int64_t>{-1, 0});
}

TEST_CASE("every problem of a treebank is told with its line", "[data]") {
  CHECK_THROWS_WITH(read("word TAG\n\n" + row("2", "late", "X", "0") + "\n" + row("1", "far", "X", "7") + row("2", "b", "X", "0")),
                    Catch::Contains(":1") && Catch::Contains("1 columns") && Catch::Contains(":3") &&
                        Catch::Contains("after the last word"));
  CHECK_THROWS_WITH(read(row("1", "a", "X", "0") + row("2", "b", "X", "0")), Catch::Contains("2 roots"));
  CHECK_THROWS_WITH(read(row("1", "a", "X", "2") + row("2", "b", "X", "1") + row("3", "c", "X", "0")),
                    Catch::Contains("circle"));
  CHECK_THROWS_WITH(read("# nothing\n\n"), Catch::Contains("no sentence"));
  CHECK_THROWS_WITH(read("\xff\n"), Catch::Contains("UTF-8"));
}

}  // namespace lorascope::data::test
