#include "core/data/tag_guesses.h"

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;

namespace {

const std::vector<data::TaggedSentence> kSentences = {{{"a", "\u00A0"}, {"B-x", "I-x"}, 1}, {{"c"}, {"O"}, 4}};

void check_refused(const std::string& content, const std::string& word, const std::string& other) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "guesses.tsv", content);
  INFO(content);
  CHECK_THROWS_WITH(data::read_tag_guesses(folder.path() / "guesses.tsv", kSentences),
                    Catch::Contains(word) && Catch::Contains(other));
}

}  // namespace

TEST_CASE("guesses are written and read back", "[data]") {
  const test::TemporaryFolder folder;
  const data::TagGuesses guesses = {{"B-x", "O"}, {"B-y"}};
  const std::string text = data::tag_guess_lines(kSentences, guesses);
  CHECK(text == "a\tB-x\tB-x\n\u00A0\tI-x\tO\n\nc\tO\tB-y\n\n");
  write_file_atomically(folder.path() / "guesses.tsv", text);
  CHECK(data::read_tag_guesses(folder.path() / "guesses.tsv", kSentences) == guesses);
}

TEST_CASE("guesses for other data are refused with their lines", "[data]") {
  check_refused("a\tB-x\tO\n\u00A0\tI-x\tO\n\nd\tO\tO\n", "guesses.tsv:4", "\"c\"");
  check_refused("a\tO\tO\n\u00A0\tI-x\tO\n\nc\tO\tO\n", "guesses.tsv:1", "B-x");
  check_refused("a\tB-x\tO\n\nc\tO\tO\n", "1 words", "2 as in the data");
  check_refused("a\tB-x\tO\n\u00A0\tI-x\tO\nc\tO\tO\n", "guesses.tsv:3", "more words");
  check_refused("a\tB-x\tO\n\u00A0\tI-x\tO\n\nc\tO\tO\n\nd\tO\tO\n", "guesses.tsv:6", "end of the file");
  check_refused("a\tB-x\n", "three columns", "guesses.tsv:1");
  check_refused("", "0 sentences", "2 as in the data");
}
