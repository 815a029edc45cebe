#include <filesystem>
#include <string>

#include "core/base/files.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using namespace lorascope::test;
namespace fs = std::filesystem;

namespace {

/// A tiny model, tagged sentences and questions over its letters.
struct TrainingFolder {
  TemporaryFolder folder;
  const fs::path& path = folder.path();

  TrainingFolder() {
    write_tiny_run(path, 24);
    Json questions = Json::array();
    for (int i = 0; i < 8; ++i)
      questions.push_back({{"id", "question " + std::to_string(i)},
                           {"question", i % 2 == 0 ? "a b" : "c d e f"},
                           {"answers", {{{"text", "d"}, {"answer_start", 6}}}}});
    const Json squad = {{"version", "1.1"},
                        {"data", {{{"title", "t"}, {"paragraphs", {{{"context", "a b c d e f"}, {"qas", questions}}}}}}}};
    write_file_atomically(path / "questions.json", squad.dump());
  }
  ProgramEnd train(const std::string& options) const {
    return run_lorascope(path, "train --workspace w --model model --max-steps 3 --batch-size 4 --threads 1 --json " + options);
  }
};

}  // namespace

TEST_CASE("All linear layers are adapted by one word, for more than one task", "[commands]") {
  const TrainingFolder folder;
  const std::string task = GENERATE("--task wnut17 --train train.conll", "--task squad --train questions.json");
  const ProgramEnd end = folder.train(task + " --method lora --rank 2 --targets all-linear --export adapter");
  INFO(end.errors);
  REQUIRE(end.exit_code == 0);
  const Json config = Json::parse(read_file(folder.path / "adapter" / "adapter_config.json"));
  CHECK(config.at("target_modules").size() == 12);  // two layers of six
  const ProgramEnd shown = run_lorascope(folder.path, "adapter show adapter --json");
  CHECK(shown.json().at("modules").size() == config.at("target_modules").size());
  CHECK(shown.json().at("modules").count("classifier") == 0);
}

TEST_CASE("Mixed precision trains where the processor has it and is refused with the reason elsewhere", "[commands]") {
  const TrainingFolder folder;
  const std::string task = "--task wnut17 --train train.conll --eval eval.conll --method lora --lr 0.01 ";
  const ProgramEnd mixed = folder.train(task + "--precision bf16");
  if (mixed.exit_code != 0) {
    CHECK(mixed.exit_code == 2);
    CHECK_THAT(mixed.errors, Catch::Contains("neither AVX512-BF16 nor AMX") && Catch::Contains("fp32"));
    return;
  }
  const ProgramEnd exact = folder.train(task);
  REQUIRE(exact.exit_code == 0);
  const auto loss = [](const ProgramEnd& end) { return end.json().at("scores").at("eval").at("loss").get<double>(); };
  CHECK(loss(mixed) == Approx(loss(exact)).epsilon(0.03));
  CHECK(loss(mixed) != loss(exact));
  CHECK(mixed.json().at("settings_hash") != exact.json().at("settings_hash"));
  CHECK(folder.train(task + "--precision fp8").exit_code == 2);
}

TEST_CASE("The originals' span loss is the same on packed and on padded rows", "[commands]") {
  const TrainingFolder folder;
  const std::string task = "--task squad --train questions.json --eval questions.json --dropout 0 --lr 0.01 --span-loss ";
  const auto loss = [&](const std::string& options) {
    const ProgramEnd end = folder.train(task + options);
    INFO(end.errors);
    REQUIRE(end.exit_code == 0);
    return end.json().at("scores").at("eval").at("loss").get<double>();
  };
  const double padded = loss("padded"), original = loss("padded --batching plain"), real = loss("real");
  CHECK(padded == Approx(original).epsilon(1e-5));
  CHECK(padded != Approx(real).epsilon(1e-3));
}
