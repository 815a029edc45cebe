#include "core/data/squad.h"

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/random.h"
#include "core/text/tokenizer.h"
#include "tests/core/data/letters_tokenizer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using data::Feature;
using data::SpanFeatureOptions;
using data::SquadData;
using data::SquadQuestion;

namespace {

class Files {
 public:
  std::filesystem::path write(const std::string& name, const std::string& content) {
    write_file_atomically(folder_.path() / name, content);
    return folder_.path() / name;
  }
  SquadData read(const std::string& content) { return data::read_squad(write("data.json", content)); }
  text::Tokenizer tokenizer() { return test::letters_tokenizer(folder_.path()); }

 private:
  test::TemporaryFolder folder_;
};

SquadQuestion question(const std::string& context, const std::string& text, const std::string& answer) {
  SquadQuestion result;
  result.id = "q";
  result.context = context;
  result.question = text;
  if (!answer.empty()) result.answers = {{answer, static_cast<std::int64_t>(context.find(answer))}};
  return result;
}

std::string official(const std::string& entries) {
  return R"({"version": "1.1", "data": [{"title": "Boats", "paragraphs": [{"context": "The old é boat sank.", "qas": [)" +
         entries + "]}]}]}";
}

const char* const kEntry =
    R"({"id": "a1", "question": "What sank?", "answers": [{"text": "boat", "answer_start": 10}]})";

// The words of run_qa.py, on one window.
std::pair<std::int64_t, std::int64_t> naive_positions(const text::Encoding& window, std::int64_t begin,
                                                      std::int64_t end) {
  std::size_t first = 0;
  while (window.sequence_ids[first] != 1) ++first;
  std::size_t last = window.size() - 1;
  while (window.sequence_ids[last] != 1) --last;
  if (!(window.offsets[first].first <= begin && window.offsets[last].second >= end)) return {0, 0};
  while (first < window.size() && window.offsets[first].first <= begin) ++first;
  while (window.offsets[last].second >= end) --last;
  return {static_cast<std::int64_t>(first) - 1, static_cast<std::int64_t>(last) + 1};
}

}  // namespace

TEST_CASE("all layouts of SQuAD give the same questions", "[data]") {
  Files files;
  const std::string row =
      R"({"id": "a1", "title": "Boats", "context": "The old é boat sank.", "question": "What sank?",)"
      R"( "answers": {"text": ["boat"], "answer_start": [10]}})";
  for (const std::string& content : {official(kEntry), row + "\n\n" + row.substr(0, 8) + "b" + row.substr(8) + "\n",
                                     "[" + row + "]", "{\"data\": [" + row + "]}", "\xEF\xBB\xBF" + row}) {
    CAPTURE(content);
    const SquadData data = files.read(content);
    REQUIRE_FALSE(data.questions.empty());
    const SquadQuestion& first = data.questions.front();
    CHECK(first.id == "a1");
    CHECK(first.title == "Boats");
    CHECK(first.context == "The old é boat sank.");
    CHECK(first.question == "What sank?");
    CHECK(first.answers == std::vector<data::SquadAnswer>{{"boat", 10}});
    CHECK_FALSE(data.is_v2);
  }
}

TEST_CASE("version 2 is known by is_impossible or by missing answers", "[data]") {
  Files files;
  const std::string none = R"({"id": "b", "question": "Who?", "answers": []})";
  const std::string marked = R"({"id": "b", "question": "Who?", "answers": [], "is_impossible": true})";
  CHECK(files.read(official(marked)).is_v2);
  CHECK(files.read(official(marked)).questions.front().impossible);
  CHECK(files.read(official(std::string(kEntry) + "," + none)).is_v2);
  CHECK_FALSE(files.read(official(none)).is_v2);
}

TEST_CASE("questions written as JSON are read back", "[data]") {
  Files files;
  SquadQuestion one = question("A red kite \"flew\" over São.", "What flew?", "kite");
  SquadQuestion two = question(one.context, "Where?", "");
  two.id = "r";
  two.impossible = true;
  for (SquadQuestion* each : {&one, &two}) each->title = "Kites";
  const SquadData data = files.read(data::squad_json(std::vector{one, two}, true));
  REQUIRE(data.questions.size() == 2);
  CHECK(data.is_v2);
  CHECK(data.questions[0].answers == one.answers);
  CHECK(data.questions[1].impossible);
  CHECK(data.questions[1].context == one.context);
  CHECK(data.questions[1].place == "data[0].paragraphs[0].qas[1]");
}

TEST_CASE("problems of a SQuAD file name place and key", "[data]") {
  Files files;
  const auto check = [&](const std::string& content, const std::string& message) {
    CHECK_THROWS_WITH(files.read(content), Catch::Contains(message));
  };
  check("", "data.json:1");
  check("{\"data\": [", "the end of the file inside a value");
  check("{\n\"data\": nothing}", "data.json:2: column 10");
  check("[]", "no question");
  check("7", "found 7");
  check("{\"data\": 3}", "data.json: data: found 3, expected a list of articles");
  check("{\"data\": [{\"paragraphs\": 5}]}", "data[0].paragraphs: found 5");
  check(official(R"({"id": "a", "answers": []})"), "data[0].paragraphs[0].qas[0].question: found nothing");
  check(official(R"({"id": [], "question": "x"})"), "qas[0].id");
  check(official(std::string(kEntry) + "," + kEntry), "for the second time");
  check(official(R"({"id": "a", "question": "x", "answers": [{"text": "boat", "answer_start": 9}]})"),
        "answers[0].answer_start: found 9, where the context has \" boa\", expected the place of \"boat\"");
  check(official(R"({"id": "a", "question": "x", "answers": [{"text": "boat", "answer_start": 19}]})"), "outside");
  check(official(R"({"id": "a", "question": "x", "answers": [{"text": "boat", "answer_start": -1}]})"), "outside");
  check(
      official(R"({"id": "a", "question": "x", "answers": [{"text": "boat", "answer_start": 18446744073709551615}]})"),
      "a whole number");
  check(R"({"id": "a", "context": "x", "question": "y", "answers": {"text": ["x"], "answer_start": []}})",
        "1 texts and 0 starts");
  check("{\"id\": \"a\", \"context\": \"x\", \"question\": \"y\"}\n{\"id\": 1\n", "data.json:2: column");
  check("PAR1\x15", "found a Parquet file");
  check("\x1F\x8B\x08", "unpack it with gunzip");
  check("<!DOCTYPE html>", "found a web page");
  CHECK_THROWS_AS(data::read_squad("no-such-file.json"), DataError);
}

TEST_CASE("windows overlap by the stride and repeat the question", "[data]") {
  Files files;
  const std::vector<SquadQuestion> questions = {question("abcdefghij", " ?", "c")};
  SpanFeatureOptions options;
  options.max_length = 8;  // [CLS] ? [SEP] 4 tokens [SEP]
  options.stride = 1;
  const auto made = data::make_span_features(questions, files.tokenizer(), options);
  REQUIRE(made.problems.empty());
  REQUIRE(made.features.size() == 3);
  std::vector<int> begins;
  for (const Feature& feature : made.features) {
    CHECK(feature.example == 0);
    CHECK(feature.input_ids.size() <= 8);
    CHECK(feature.offsets.size() == feature.input_ids.size());
    CHECK(feature.offsets[0].first == -1);
    CHECK(feature.offsets.back().first == -1);
    CHECK(feature.token_type_ids[3] == 1);
    CHECK(feature.start_position == -1);
    begins.push_back(feature.offsets[3].first);
  }
  CHECK(begins == std::vector<int>{0, 3, 6});
}

TEST_CASE("positions are those of run_qa's walks on random answers", "[data]") {
  Files files;
  const text::Tokenizer tokenizer = files.tokenizer();
  data::Random random(7);
  int num_inside = 0, num_past_end = 0;
  for (int round = 0; round < 300; ++round) {
    std::string context;
    while (context.size() < 5 + random.below(40))
      context += random.chance(25) ? " " : std::string(1, static_cast<char>('a' + random.below(26)));
    context += "z";
    const std::size_t begin = random.below(context.size());
    const std::size_t length = 1 + random.below(context.size() - begin);
    SquadQuestion each = question(context, "who ?", "");
    each.answers = {{context.substr(begin, length), static_cast<std::int64_t>(begin)}};
    SpanFeatureOptions options;
    options.max_length = 10 + static_cast<int>(random.below(30));
    options.stride = static_cast<int>(random.below(3));
    options.for_training = true;
    const auto made = data::make_span_features(std::vector{each}, tokenizer, options);
    text::EncodeOptions encode;
    encode.truncation = text::Truncation::OnlySecond;
    encode.max_length = options.max_length;
    encode.stride = options.stride;
    encode.overflow = true;
    const auto windows = tokenizer.encode_pair("who ?", context, encode);
    REQUIRE(made.features.size() == windows.size());
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const auto [start, end] =
          naive_positions(windows[i], static_cast<std::int64_t>(begin), static_cast<std::int64_t>(begin + length));
      CHECK(made.features[i].start_position == start);
      CHECK(made.features[i].end_position == end);
      num_inside += start > 0 ? 1 : 0;
      num_past_end += start + 1 == static_cast<std::int64_t>(windows[i].size()) ? 1 : 0;
    }
  }
  CHECK(num_inside > 100);
  CHECK(num_past_end > 0);  // the walk over the last [SEP]
}

TEST_CASE("a question without answer has both positions at the first token", "[data]") {
  Files files;
  SpanFeatureOptions options;
  options.for_training = true;
  const auto made = data::make_span_features(std::vector{question("abc", "who", "")}, files.tokenizer(), options);
  REQUIRE(made.features.size() == 1);
  CHECK(made.features[0].start_position == 0);
  CHECK(made.features[0].end_position == 0);
  CHECK(made.features[0].offsets.empty());
}

TEST_CASE("a question that leaves no room is reported and the others are kept", "[data]") {
  Files files;
  std::vector<SquadQuestion> questions = {question("abc", "who", "a"), question("abcdefghij", "abcdefghijklmnop", "a"),
                                          question("abc", "why", "b")};
  questions[1].id = "long one";
  questions[1].place = "line 2";
  SpanFeatureOptions options;
  options.max_length = 12;
  options.stride = 2;
  const auto made = data::make_span_features(questions, files.tokenizer(), options);
  REQUIRE(made.problems.size() == 1);
  CHECK(made.problems[0].to_text().find("question long one (line 2)") != std::string::npos);
  REQUIRE(made.features.size() == 2);
  CHECK(made.features[1].example == 2);
  options.stride = 50;
  CHECK_THROWS_AS(data::make_span_features(questions, files.tokenizer(), options), UsageError);
}

TEST_CASE("questions lose white space on the left, on both sides where asked", "[data]") {
  Files files;
  const text::Tokenizer tokenizer = files.tokenizer();
  SpanFeatureOptions options;
  const auto left = data::make_span_features(std::vector{question("abc", " \xC2\xA0who ", "a")}, tokenizer, options);
  options.trim = data::QuestionTrim::Both;
  const auto both = data::make_span_features(std::vector{question("abc", "who", "a")}, tokenizer, options);
  CHECK(left.features[0].input_ids == both.features[0].input_ids);
}
