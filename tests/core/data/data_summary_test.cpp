#include "core/data/data_summary.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace lorascope;

TEST_CASE("a question file is counted", "[data]") {
  data::SquadData data;
  data.is_v2 = true;
  data.questions = {{"a", "T", "one two three", "What is it?", {{"two", 4}, {"two three", 4}}, false, ""},
                    {"b", "T", "one two three", " Who?", {}, true, ""},
                    {"c", "U", "x", "What is it?", {{"", 0}}, false, ""}};
  const data::DataSummary summary = data::summarize(data);
  CHECK(summary.counts == std::vector<std::pair<std::string, std::size_t>>{
                              {"questions", 3}, {"titles", 2}, {"contexts", 2}, {"answers", 3}});
  CHECK(summary.shares.front().second == Approx(2.0 / 3.0));
  CHECK(summary.labels == std::map<std::string, std::size_t>{{"what", 2}, {"who", 1}});
  CHECK(summary.lengths[0].longest == 3);
  CHECK(summary.lengths[0].mean() == 2.0);
  CHECK(summary.first_rows.front() == "What is it? -> two");
  CHECK(summary.first_rows[1] == " Who? -> (no answer)");
  CHECK(summary.remarks.size() == 4);
}

TEST_CASE("a continuation file is counted", "[data]") {
  data::SwagRow row;
  row.sent1 = "One\ntwo.";
  row.sent2 = "Three";
  row.endings = {"a", "b", "a", ""};
  row.label = 1;
  data::SwagRow other = row;
  other.label = -1;
  other.sent2 = "";
  const data::DataSummary summary = data::summarize(std::vector{row, row, other});
  CHECK(summary.counts.front().second == 3);
  CHECK(summary.labels == std::map<std::string, std::size_t>{{"1", 2}, {"none", 1}});
  CHECK(summary.first_rows.front() == "One two. | Three -> b");
  CHECK(summary.remarks == std::vector<std::string>{"1 rows are repeated", "3 rows have two equal endings",
                                                    "3 endings are empty", "1 rows have no sent2"});
}

TEST_CASE("lengths fall into buckets that begin at one", "[data]") {
  data::LengthHistogram lengths("words", 10);
  for (const std::size_t length : {0, 1, 10, 11, 35}) lengths.add(length);
  CHECK(lengths.counts == std::vector<std::size_t>{3, 1, 0, 1});
  CHECK(data::count_words("  a b\n\tc ") == 3);
  CHECK(data::on_one_line("\xC3\xA9\xC3\xA9\n\xC3\xA9", 2) == "\xC3\xA9\xC3\xA9…");
}
