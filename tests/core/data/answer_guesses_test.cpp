#include "core/data/answer_guesses.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;

TEST_CASE("answers and null odds are read by id, and wrong files are refused", "[data]") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "guesses.json";
  const auto write = [&](const std::string& content) {
    write_file_atomically(file, content);
    return file;
  };
  CHECK(data::read_answer_guesses(write(R"({"a": "x y", "b": ""})")) ==
        std::map<std::string, std::string>{{"a", "x y"}, {"b", ""}});
  CHECK(data::read_null_odds(write(R"({"a": 1.5, "b": -2})")) ==
        std::map<std::string, double>{{"a", 1.5}, {"b", -2.0}});
  CHECK_THROWS_WITH(data::read_answer_guesses(write(R"({"a": 3, "b": "x"})")),
                    Catch::Contains("\"a\": found 3, expected the answer as a text"));
  CHECK_THROWS_WITH(data::read_null_odds(write(R"({"a": "x"})")), Catch::Contains("a number"));
  CHECK_THROWS_WITH(data::read_answer_guesses(write("[1]")), Catch::Contains("one object"));
  CHECK_THROWS_WITH(data::read_answer_guesses(write("{\"a\": ")), Catch::Contains("the end of the file"));
}
