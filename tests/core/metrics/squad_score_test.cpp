#include "core/metrics/squad_score.h"

#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/metrics/accuracy.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using metrics::AnsweredQuestion;
using metrics::SquadVersion;

namespace {

void check_score(const std::string& guess, const std::vector<std::string>& answers, double exact, double f1,
                 SquadVersion version = SquadVersion::V1) {
  const auto score = metrics::score_answer({answers, guess, 0.0}, version);
  CAPTURE(guess, answers);
  CHECK(score.exact == exact);
  CHECK(score.f1 == Approx(f1).margin(1e-12));
}

// The questions of a golden metrics case; the data's layout is the official one.
std::vector<AnsweredQuestion> golden_questions(const Json& data, const Json& guesses, bool& is_v2) {
  std::vector<AnsweredQuestion> questions;
  for (const Json& article : data["data"]) {
    for (const Json& paragraph : article["paragraphs"]) {
      for (const Json& entry : paragraph["qas"]) {
        AnsweredQuestion& question = questions.emplace_back();
        for (const Json& answer : entry["answers"]) question.answers.push_back(answer["text"]);
        const auto guess = guesses.find(entry["id"].get<std::string>());
        if (guess != guesses.end()) question.guess = guess->get<std::string>();
        is_v2 = is_v2 || entry.contains("is_impossible");
      }
    }
  }
  return questions;
}

}  // namespace

TEST_CASE("answers are normalised as the official program does it", "[metrics]") {
  CHECK(metrics::normalize_answer("  The  Cat, a dog & AN owl ") == "cat dog owl");
  CHECK(metrics::normalize_answer("a-the") == "athe");  // signs go before articles
  CHECK(metrics::normalize_answer("theatre another") == "theatre another");
  CHECK(metrics::normalize_answer("a\xCC\x81 x") == "\xCC\x81 x");   // a mark is no word character
  CHECK(metrics::normalize_answer("a\xC2\xB2 x") == "a\xC2\xB2 x");  // but a superscript is
  CHECK(metrics::normalize_answer("\xCE\x91\xCE\xA3 \xCE\xA3") == "\xCE\xB1\xCF\x82 \xCF\x83");  // final sigma
  CHECK(metrics::normalize_answer("\xCE\x91\xCE\xA3'\xCE\x91") == "\xCE\xB1\xCF\x83\xCE\xB1");
  CHECK(metrics::normalize_answer("\xC4\xB0x") == "i\xCC\x87x");
  CHECK(metrics::normalize_answer("x\xE3\x80\x80\xC2\x85y\x1Cz") == "x y z");
  CHECK(metrics::normalize_answer("x\xE2\x80\x8By") == "x\xE2\x80\x8By");  // zero width is no space
  CHECK(metrics::normalize_answer("\xF0\x90\x90\x80") == "\xF0\x90\x90\xA8");
}

TEST_CASE("a question scores its best answer, F1 on bags of words", "[metrics]") {
  check_score("Lake Brel", {"the lake Brel."}, 1, 1);
  check_score("Brel Lake", {"Lake Brel"}, 0, 1);
  check_score("Lake Lake", {"Lake Brel"}, 0, 0.5);
  check_score("Lake", {"Lake Brel", "lake"}, 1, 1);
  check_score("one two three", {"two"}, 0, 0.5);
  check_score("", {"x"}, 0, 0);
  check_score("the", {"a"}, 1, 0);
  check_score("the", {"a"}, 1, 1, SquadVersion::V2);
  check_score("", {}, 1, 1, SquadVersion::V2);
  check_score("x", {}, 0, 0, SquadVersion::V2);
  check_score("x", {"...", "x"}, 1, 1, SquadVersion::V2);
  check_score("", {"...", "x"}, 0, 0, SquadVersion::V2);
  CHECK(metrics::score_answer({{"x"}, std::nullopt, 0.0}, SquadVersion::V1).exact == 0.0);
}

TEST_CASE("version 2 splits the scores and finds the best thresholds", "[metrics]") {
  // Two answerable questions, one wrongly given up; two unanswerable ones, one wrongly answered.
  const std::vector<AnsweredQuestion> questions = {
      {{"x"}, "x", -3.0}, {{"y"}, "", 1.0}, {{}, "", 2.0}, {{}, "z", -1.0}};
  const auto scores = metrics::squad_scores(questions, SquadVersion::V2);
  CHECK(scores.at("exact_match") == 50.0);
  CHECK(scores.at("total") == 4.0);
  CHECK(scores.at("HasAns_exact") == 50.0);
  CHECK(scores.at("NoAns_exact") == 50.0);
  CHECK(scores.at("NoAns_total") == 2.0);
  CHECK(scores.at("best_exact") == 75.0);  // answering only the first
  CHECK(scores.at("best_exact_thresh") == -3.0);
  CHECK(metrics::squad_scores(questions, SquadVersion::V1).count("HasAns_exact") == 0);
  CHECK(metrics::squad_scores({}, SquadVersion::V2).at("total") == 0.0);
}

TEST_CASE("scores of the golden SQuAD predictions are the original's", "[metrics]") {
  const std::filesystem::path shared = test::shared_folder();
  if (shared.empty()) {
    WARN("golden files are not here: skipped");
    return;
  }
  int num_cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared / "golden" / "metrics")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("squad")) continue;
    CAPTURE(name);
    const Json spec = Json::parse(read_file(entry.path() / "case.json"));
    const auto own = entry.path() / "data.json";
    const Json data =
        Json::parse(read_file(std::filesystem::exists(own) ? own : shared / "data" / "squad" / "dev-v1.1.json"));
    bool is_v2 = false;
    const auto questions = golden_questions(data, Json::parse(read_file(entry.path() / "predictions.json")), is_v2);
    const auto scores = metrics::squad_scores(questions, is_v2 ? SquadVersion::V2 : SquadVersion::V1);
    for (const auto& [key, value] : spec["expected"].items()) {
      CHECK(scores.at(key) == Approx(value.get<double>()).epsilon(1e-12).margin(1e-9));
    }
    ++num_cases;
  }
  CHECK(num_cases >= 7);
}

TEST_CASE("accuracy counts equal choices and the first maximum wins", "[metrics]") {
  const std::vector<std::int64_t> labels = {0, 1, 2, 3}, guesses = {0, 1, 1, 3};
  CHECK(metrics::accuracy(labels, guesses) == 0.75);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(metrics::first_maximum(std::vector<float>{1, 3, 3, 2}) == 1);
  CHECK(metrics::first_maximum(std::vector<float>{nan, -1, nan}) == 1);
}
