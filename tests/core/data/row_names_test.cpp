#include "core/data/row_names.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::data {
namespace {

std::vector<std::string> names_in(const std::string& name, const std::string& content, const std::string& field) {
  const lorascope::test::TemporaryFolder folder;
  const auto file = folder.path() / name;
  write_file_atomically(file, content);
  std::vector<std::string> names;
  for (const RowName& row : field.empty() ? read_name_lines(file) : read_row_names(file, field))
    names.push_back(row.name);
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("Names stand one a line, empty ones too", "[data]") {
  CHECK(names_in("names.txt", "news\n mail \r\n\nnone", "") == Names{"news", "mail", "", "none"});
  CHECK_THROWS_WITH(names_in("names.txt", "a\n\xff\n", ""), Catch::Contains("UTF-8"));
}

TEST_CASE("A column of CSV names each row", "[data]") {
  const std::string csv = "sent1,who,label\n\"A dog, it seems\",news,1\nA cat,mail,0\n";
  CHECK(names_in("rows.csv", csv, "who") == Names{"news", "mail"});
  CHECK_THROWS_WITH(names_in("rows.csv", csv, "adapter"), Catch::Contains("sent1, who, label"));
}

TEST_CASE("A key of JSON names each example, in lists, lines and the official layout", "[data]") {
  CHECK(names_in("rows.json", R"([{"question": "A?", "by": "x"}, {"question": "B?", "by": 2}])", "by") ==
        Names{"x", "2"});
  CHECK(names_in("rows.jsonl", "{\"tokens\": [\"a\"], \"by\": \"x\"}\n{\"tokens\": [\"b\"], \"by\": \"y\"}\n", "by") ==
        Names{"x", "y"});
  const std::string official = R"({"version": "1.1", "data": [
    {"title": "T", "by": "whole", "paragraphs": [
      {"context": "c", "qas": [{"id": "1", "question": "A?"}, {"id": "2", "question": "B?", "by": "own"}]},
      {"context": "d", "by": "part", "qas": [{"id": "3", "question": "C?"}]}]}]})";
  CHECK(names_in("official.json", official, "by") == Names{"whole", "own", "part"});
  CHECK_THROWS_WITH(names_in("rows.json", R"([{"question": "A?"}, {"question": "B?", "by": []}])", "by"),
                    Catch::Contains("[0] without \"by\"") && Catch::Contains("[1]"));
}

TEST_CASE("Columns of words have no fields: the message says what to do", "[data]") {
  CHECK_THROWS_WITH(names_in("words.conll", "A\tO\ndog\tO\n", "by"), Catch::Contains("one name a line"));
}

}  // namespace
}  // namespace lorascope::data
