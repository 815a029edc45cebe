#include <signal.h>

#include <chrono>
#include <map>
#include <memory>
#include <thread>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/store/run_store.h"
#include "tests/integration/child_process.h"
#include "tests/integration/process_bench.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using test::ChildProcess;
using test::wait_until;
namespace fs = std::filesystem;

namespace {

/// Runs of the real program on a tiny model.
struct Bench : test::ProcessBench {
  study::RunSettings settings = test::write_tiny_run(folder.path(), 200);

  /// `train` with options of its own in place of the usual ones.
  std::unique_ptr<ChildProcess> train(const std::map<std::string, std::string>& own, bool json = false) {
    std::map<std::string, std::string> options = {
        {"--model", settings.model}, {"--task", "wnut17"},    {"--train", settings.train_file},
        {"--batch-size", "8"},       {"--lr", "0.01"},        {"--eval", settings.eval_file},
        {"--dropout", "0.2"},        {"--threads", "1"},      {"--epochs", "60"},
        {"--method", "lora"},        {"--checkpoint-every", "100"}};
    for (const auto& [name, value] : own) options[name] = value;
    std::vector<std::string> words = {"train"};
    for (const auto& [name, value] : options) words.insert(words.end(), {name, value});
    if (json) words.emplace_back("--json");
    return start(words);
  }
  int command(const std::vector<std::string>& words) { return start(words)->wait(); }
};

}  // namespace

TEST_CASE("a run killed in the middle is resumed to the same bits", "[integration]") {
  for (const std::string method : {"ft", "lora"}) {
    Bench bench;
    const std::string kind = method == "ft" ? "model" : "adapter";
    REQUIRE(bench.train({{"--method", method}})->wait() == 0);
    const auto killed = bench.train({{"--method", method}});
    REQUIRE(wait_until([&] { return bench.has_checkpoint(2); }));
    killed->send(SIGKILL);
    REQUIRE(killed->wait() == -SIGKILL);
    const std::size_t committed = bench.losses(2).size();
    CHECK(committed >= 90);
    CHECK(committed < 1500);
    const auto resumed = bench.start({"resume", "2"});
    REQUIRE(resumed->wait() == 0);
    CHECK(bench.record(2).state == store::RunState::Finished);
    CHECK(bench.losses(2) == bench.losses(1));
    CHECK(test::weights_hash(bench.run_folder(2) / kind) == test::weights_hash(bench.run_folder(1) / kind));
  }
}

TEST_CASE("Ctrl-C once stops and keeps", "[integration]") {
  Bench bench;
  const auto run = bench.train({}, /*json=*/true);
  REQUIRE(wait_until([&] { return bench.has_checkpoint(1); }));
  run->send(SIGINT);
  CHECK(run->wait() == 4);
  CHECK(Json::parse(run->standard_output()).at("state") == "stopped");
  CHECK_THAT(run->standard_error(), Catch::Contains("lorascope resume 1"));
  CHECK(bench.record(1).state == store::RunState::Stopped);
  CHECK(bench.has_checkpoint(1));
}

TEST_CASE("a run pauses, continues and stops as it is told", "[integration]") {
  Bench bench;
  const auto run = bench.train({{"--epochs", "2000"}});
  REQUIRE(wait_until([&] { return bench.has_checkpoint(1); }));
  REQUIRE(bench.command({"pause", "1"}) == 0);
  REQUIRE(wait_until([&] { return bench.record(1).state == store::RunState::Paused; }));
  const std::size_t while_paused = bench.losses(1).size();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(bench.losses(1).size() == while_paused);
  REQUIRE(bench.command({"continue", "1"}) == 0);
  REQUIRE(wait_until([&] { return bench.losses(1).size() > while_paused; }));
  REQUIRE(bench.command({"stop", "1"}) == 0);
  CHECK(run->wait() == 4);
  CHECK(bench.record(1).state == store::RunState::Stopped);
}

TEST_CASE("train ends with one JSON object; predict and evaluate agree with it", "[integration]") {
  Bench bench;
  const std::string out = (bench.folder.path() / "export").string();
  const auto run = bench.train({{"--method", "ft"}, {"--test", bench.settings.eval_file}, {"--export", out}}, /*json=*/true);
  REQUIRE(run->wait() == 0);
  const Json summary = Json::parse(run->standard_output());
  CHECK(summary.at("state") == "finished");
  CHECK(summary.at("evaluations").size() == 60);
  CHECK(summary.at("paths").contains("model"));
  CHECK(summary.at("parameters").at("all") == summary.at("parameters").at("trainable"));

  const std::string guesses = (bench.folder.path() / "guesses.conll").string();
  const std::vector<std::string> where = {"--model", out, "--task", "wnut17", "--data", bench.settings.eval_file};
  const auto call = [&](std::vector<std::string> words) {
    words.insert(words.begin(), test::lorascope_program().string());
    words.insert(words.end(), where.begin(), where.end());
    return std::make_unique<ChildProcess>(words, bench.folder.path() / words[1]);
  };
  REQUIRE(call({"predict", "--out", guesses})->wait() == 0);
  CHECK(read_file(guesses) == read_file(bench.run_folder(1) / "predictions-test.conll"));
  const auto evaluated = call({"evaluate", "--json"});
  REQUIRE(evaluated->wait() == 0);
  const Json scores = Json::parse(evaluated->standard_output());
  CHECK(scores.at("f1") == summary["scores"]["test"]["f1"]);
  CHECK(scores.at("loss").get<double>() == Approx(summary["scores"]["test"]["loss"].get<double>()).epsilon(1e-6));
}

TEST_CASE("wrong usage and bad inputs end with their exit codes", "[integration]") {
  Bench bench;
  CHECK(bench.train({{"--method", "qlora"}})->wait() == 2);
  CHECK(bench.train({{"--lr", "-1"}})->wait() == 3);
  const auto no_model = bench.train({{"--model", "/nowhere"}});
  CHECK(no_model->wait() == 3);
  CHECK_THAT(no_model->standard_error(), Catch::Contains("/nowhere"));
}
