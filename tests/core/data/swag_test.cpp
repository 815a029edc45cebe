#include "core/data/swag.h"

#include <array>
#include <set>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/choice_guesses.h"
#include "core/text/tokenizer.h"
#include "tests/core/data/letters_tokenizer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using data::SwagRow;

namespace {

const std::string kHeader =
    ",video-id,fold-ind,startphrase,sent1,sent2,gold-source,ending0,ending1,ending2,ending3,label\n";

class Files {
 public:
  std::filesystem::path write(const std::string& content) {
    write_file_atomically(folder_.path() / "data", content);
    return folder_.path() / "data";
  }
  std::vector<SwagRow> read(const std::string& content) { return data::read_swag(write(content)); }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  test::TemporaryFolder folder_;
};

std::vector<std::string> endings(const SwagRow& row) {
  return {row.endings.begin(), row.endings.end()};
}

}  // namespace

TEST_CASE("the regular layout keeps quotes, commas and line ends of its fields", "[data]") {
  Files files;
  const auto rows =
      files.read(kHeader + "0,v,1,s,\"A, \"\"big\"\"\r\nwave\",It,gold,w,x,y,\"\",2\r\n\n5,v,2,s,B,,gen,a,b,c,d,\n");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].sent1 == "A, \"big\"\r\nwave");
  CHECK(rows[0].sent2 == "It");
  CHECK(endings(rows[0]) == std::vector<std::string>{"w", "x", "y", ""});
  CHECK(rows[0].label == 2);
  CHECK(rows[0].line == 2);
  CHECK(rows[1].sent2.empty());
  CHECK(rows[1].label == -1);
  CHECK(rows[1].line == 5);
  CHECK(rows[1].gold_source == "gen");
}

TEST_CASE("columns are found by name and a quote inside a field is plain", "[data]") {
  Files files;
  const auto rows = files.read("label,ending3,ending2,ending1,ending0,sent2,sent1\n1,d,c,b \"q\" e,a,two,one");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].sent1 == "one");
  CHECK(endings(rows[0]) == std::vector<std::string>{"a", "b \"q\" e", "c", "d"});
  CHECK(rows[0].label == 1);
}

TEST_CASE("the full layout spreads the right ending over the four places", "[data]") {
  Files files;
  std::string content =
      "video-id,fold-ind,startphrase,gold-ending,distractor-0,distractor-1,distractor-2,distractor-3,sent1,sent2\n";
  for (int i = 0; i < 8; ++i) content += "v,1,s,gold,d0,d1,d2,d3,one,two\n";
  const auto rows = files.read(content);
  REQUIRE(rows.size() == 8);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].label == static_cast<int>(i % 4));
    CHECK(rows[i].endings[i % 4] == "gold");
    const std::set<std::string> all(rows[i].endings.begin(), rows[i].endings.end());
    CHECK(all == std::set<std::string>{"gold", "d0", "d1", "d2"});
  }
}

TEST_CASE("JSON rows of SWAG and of HellaSwag are read", "[data]") {
  Files files;
  const std::string swag =
      R"({"sent1": "A", "sent2": "B", "ending0": "w", "ending1": "x", "ending2": "y", "ending3": "z", "label": 3})";
  const std::string hellaswag =
      R"({"ctx_a": "A", "ctx_b": "B", "ctx": "A B", "endings": ["w", "x", "y", "z"], "label": "3"})";
  for (const std::string& content : {swag, hellaswag, "[" + swag + "]", swag + "\n" + hellaswag + "\n"}) {
    CAPTURE(content);
    for (const SwagRow& row : files.read(content)) {
      CHECK(row.sent1 == "A");
      CHECK(row.sent2 == "B");
      CHECK(endings(row) == std::vector<std::string>{"w", "x", "y", "z"});
      CHECK(row.label == 3);
    }
  }
  const auto rows = files.read(R"({"ctx": "A B", "endings": ["w", "x", "y", "z"], "label": ""})");
  CHECK(rows.front().sent1 == "A B");
  CHECK(rows.front().sent2.empty());
  CHECK(rows.front().label == -1);
}

TEST_CASE("problems of a SWAG file name line and column", "[data]") {
  Files files;
  const auto check = [&](const std::string& content, const std::string& message) {
    CHECK_THROWS_WITH(files.read(content), Catch::Contains(message));
  };
  check("", "data:1: found no column sent1");
  check(kHeader, "no row");
  check("a,b\n1,2\n", "no column sent1, sent2, ending0");
  check(kHeader + "0,v,1,s,A,B,g,w,x,y,z,4\n", "data:2: label: found \"4\"");
  check(kHeader + "0,v,1,s,A,B,g,w,x,y,z\n", "data:2: found 11 fields, expected the 12 of the header");
  check(kHeader + "0,v,1,s,A,B,g,w,x,y,z,0\n0,v,1,s,\"A,B,g,w,x,y,z,0\n", "data:3: found a quote that is never closed");
  check(kHeader + "0,v,1,s,A\xFF,B,g,w,x,y,z,0\n", "data:2: found bytes that are not UTF-8");
  check(R"([{"sent1": "A", "sent2": 4, "endings": ["w"], "label": 9}])", "[0].sent2: found 4");
  check(R"([{"sent1": "A", "sent2": 4, "endings": ["w"], "label": 9}])", "[0].endings: found 1 endings");
  check(R"([{"sent1": "A", "sent2": 4, "endings": ["w"], "label": 9}])", "[0].label: found 9");
  check("{\"sent1\": \"A\",\n", "data:");
  check("[3]", "[0]: found");
}

TEST_CASE("rows written as CSV are read back", "[data]") {
  Files files;
  SwagRow row;
  row.video_id = "made";
  row.gold_source = "gold";
  row.sent1 = "A \"wave\", then\nmore.";
  row.sent2 = "It";
  row.endings = {"a", "b,", "c\r", "d"};
  row.label = 1;
  const auto rows = files.read(data::swag_csv(std::vector{row, row}));
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].sent1 == row.sent1);
  CHECK(rows[1].endings == row.endings);
  CHECK(rows[1].label == 1);
  CHECK(rows[1].video_id == "made");
}

TEST_CASE("a row gives four features of its beginning with each ending", "[data]") {
  Files files;
  SwagRow row;
  row.sent1 = "ab";
  row.sent2 = "c";
  row.endings = {"d", "ef", "g", "h"};
  row.label = 2;
  const text::Tokenizer tokenizer = test::letters_tokenizer(files.folder());
  const auto features = data::make_choice_features(std::vector{row, row}, tokenizer, 0);
  REQUIRE(features.size() == 8);
  for (std::size_t i = 0; i < features.size(); ++i) {
    CHECK(features[i].example == static_cast<std::int64_t>(i / 4));
    CHECK(features[i].choice == static_cast<int>(i % 4));
    CHECK(features[i].label == 2);
    const auto expected = tokenizer.encode_pair("ab", "c " + row.endings[i % 4]).front();
    CHECK(features[i].input_ids == expected.ids);
    CHECK(features[i].token_type_ids == expected.type_ids);
  }
  for (const auto& feature : data::make_choice_features(std::vector{row}, tokenizer, 6)) {
    CHECK(feature.input_ids.size() == 6);
  }
}

TEST_CASE("choices written to a file are read back, and wrong files are refused", "[data]") {
  Files files;
  const std::vector<std::array<float, 4>> scores = {{0.5F, 2.0F, 2.0F, 1.0F}, {0.1F, -1.0F, -2.0F, -3.0F}};
  const auto file = files.write(data::choice_guess_lines(scores));
  CHECK(data::read_choice_guesses(file, 2) == std::vector<std::int64_t>{1, 0});
  const auto check = [&](const std::string& content, const std::string& message) {
    CHECK_THROWS_WITH(data::read_choice_guesses(files.write(content), 2), Catch::Contains(message));
  };
  check("index,score\n0,1\n", "no column choice");
  check("index,choice\n0,1\n", "no choice for 1 of the data's 2 rows");
  check("index,choice\n0,1\n2,1\n", "data:3: index: found \"2\"");
  check("index,choice\n0,4\n1,1\n", "data:2: choice: found \"4\"");
  check("index,choice\n0,1\n0,1\n1,1\n", "0 for the second time");
}
