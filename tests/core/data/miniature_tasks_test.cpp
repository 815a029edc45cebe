#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/miniature_squad.h"
#include "core/data/miniature_swag.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using data::SquadQuestion;
using data::SwagRow;

namespace {

template <typename Splits>
auto parts_of(const Splits& splits) {
  return std::array{&splits.train, &splits.dev, &splits.test};
}

}  // namespace

TEST_CASE("miniature answers lie where they say and the file is read back", "[data]") {
  const test::TemporaryFolder folder;
  const data::SquadSplits splits = data::make_miniature_squad({7, 200});
  CHECK(splits.train.size() == 200);
  CHECK(splits.dev.size() == 50);
  CHECK(splits.test.size() == 75);
  for (const auto* part : parts_of(splits)) {
    write_file_atomically(folder.path() / "part.json", data::squad_json(*part, false));
    const data::SquadData read = data::read_squad(folder.path() / "part.json");  // refuses misplaced answers
    CHECK_FALSE(read.is_v2);
    REQUIRE(read.questions.size() == part->size());
    for (std::size_t i = 0; i < part->size(); ++i) {
      const SquadQuestion& question = (*part)[i];
      CHECK(read.questions[i].answers == question.answers);
      REQUIRE(question.answers.size() == 1);
      CHECK(question.question.ends_with(" ?") == false);
      CHECK(question.question.ends_with("?"));
      CHECK(question.question.find('{') == std::string::npos);
      CHECK(question.context.ends_with("."));
      CHECK(question.context.find('<') == std::string::npos);
      // The answer stands once in its report and is not given away by the question.
      const std::string& answer = question.answers.front().text;
      CHECK(question.question.find(answer) == std::string::npos);
      CHECK(question.context.find(answer) == static_cast<std::size_t>(question.answers.front().start));
    }
  }
}

TEST_CASE("miniature tasks are the same for the same seed and differ for another", "[data]") {
  const auto squad = [](std::uint64_t seed) {
    return data::squad_json(data::make_miniature_squad({seed, 60}).train, false);
  };
  const auto swag = [](std::uint64_t seed) { return data::swag_csv(data::make_miniature_swag({seed, 60}).train); };
  CHECK(squad(3) == squad(3));
  CHECK(squad(3) != squad(4));
  CHECK(swag(3) == swag(3));
  CHECK(swag(3) != swag(4));
  CHECK(sha256(squad(42)) ==
        "ad8c0f7d802ef9695819ed186ed4096a710a943ddb41d699b9c47cb0425e2e37");  // the same on every machine
  CHECK(sha256(swag(42)) == "36f93394eadc8173b1358772c7ea81c9265c5c7d172b75515a35bfe90ae2c6e9");
  CHECK_THROWS_AS(data::make_miniature_squad({1, 3}), UsageError);
  CHECK_THROWS_AS(data::make_miniature_swag({1, 1000000}), UsageError);
}

TEST_CASE("no miniature example occurs twice and dev and test have words that training lacks", "[data]") {
  const data::SquadSplits squad = data::make_miniature_squad({42, 400});
  std::set<std::string> contexts, asked, train_answers;
  for (const auto* part : parts_of(squad)) {
    std::set<std::string> of_part;
    for (const SquadQuestion& question : *part) {
      of_part.insert(question.context);
      CHECK(asked.insert(question.context + question.question).second);
    }
    for (const std::string& context : of_part) CHECK(contexts.insert(context).second);
  }
  for (const SquadQuestion& question : squad.train) train_answers.insert(question.answers.front().text);
  std::size_t num_new = 0;
  for (const SquadQuestion& question : squad.test)
    num_new += train_answers.contains(question.answers.front().text) ? 0 : 1;
  CHECK(num_new > squad.test.size() / 3);

  const data::SwagSplits swag = data::make_miniature_swag({42, 400});
  std::set<std::string> rows, train_endings;
  for (const auto* part : parts_of(swag)) {
    for (const SwagRow& row : *part) {
      std::set<std::string> endings(row.endings.begin(), row.endings.end());
      REQUIRE(endings.size() == 4);
      std::string text = row.sent1 + row.sent2;
      for (const std::string& ending : endings) text += ending;
      CHECK(rows.insert(text).second);
    }
  }
  for (const SwagRow& row : swag.train) train_endings.insert(row.endings[static_cast<std::size_t>(row.label)]);
  num_new = 0;
  for (const SwagRow& row : swag.test) {
    num_new += train_endings.contains(row.endings[static_cast<std::size_t>(row.label)]) ? 0 : 1;
  }
  CHECK(num_new > swag.test.size() / 4);
}

TEST_CASE("miniature labels are balanced and no ending is right or wrong by itself", "[data]") {
  const test::TemporaryFolder folder;
  const data::SwagSplits splits = data::make_miniature_swag({42, 800});
  for (const auto* part : parts_of(splits)) {
    write_file_atomically(folder.path() / "part.csv", data::swag_csv(*part));
    CHECK(data::read_swag(folder.path() / "part.csv").size() == part->size());
    std::array<std::size_t, 4> counts{};
    for (const SwagRow& row : *part) ++counts[static_cast<std::size_t>(row.label)];
    for (const std::size_t count : counts) CHECK(count == part->size() / 4);
  }
  std::map<std::string, std::pair<int, int>> uses;
  for (const SwagRow& row : splits.train) {
    for (std::size_t i = 0; i < row.endings.size(); ++i) {
      auto& [right, wrong] = uses[row.endings[i]];
      ++(static_cast<int>(i) == row.label ? right : wrong);
    }
  }
  int num_frequent = 0;
  for (const auto& [ending, count] : uses) {
    if (count.first + count.second < 20) continue;
    ++num_frequent;
    INFO(ending);
    CHECK(count.first > 0);
    CHECK(count.second > count.first);
  }
  CHECK(num_frequent > 20);
}
