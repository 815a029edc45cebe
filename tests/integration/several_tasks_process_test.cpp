#include <signal.h>

#include <memory>

#include "core/base/json.h"
#include "core/store/run_store.h"
#include "tests/integration/child_process.h"
#include "tests/integration/process_bench.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_run.h"
#include "tests/support/tiny_tasks.h"

using namespace lorascope;
using test::ChildProcess;
using test::wait_until;
namespace fs = std::filesystem;

namespace {

/// Runs of the real program over three tasks of a tiny model.
struct Bench : test::ProcessBench {
  Bench() {
    test::write_tiny_tasks(folder.path());
    test::write_headless_model(folder.path() / "model", test::tiny_config(2));
  }
  std::string file(const std::string& name) const { return (folder.path() / name).string(); }
  std::unique_ptr<ChildProcess> train(const std::vector<std::string>& own, const char* epochs = "40") {
    std::vector<std::string> words = {"mix",          "train",
                                      "--model",      file("model"),
                                      "--train",      "wnut17=" + file("wnut17train.conll"),
                                      "--train",      "squad=" + file("squad-train-part.json"),
                                      "--train",      "swag=" + file("swag-train-part.csv"),
                                      "--eval",       "squad=" + file("squad-dev-part.json"),
                                      "--batch-size", "4",
                                      "--threads",    "1",
                                      "--lr",         "0.01",
                                      "--epochs",     epochs,
                                      "--draw",       "uniform",
                                      "--checkpoint-every", "50"};
    words.insert(words.end(), own.begin(), own.end());
    return start(words);
  }
  void train_adapters() {
    for (const auto& [task, data] : {std::pair("wnut17", "wnut17train.conll"), std::pair("squad", "squad-train-part.json"),
                                     std::pair("swag", "swag-train-part.csv")})
      REQUIRE(start({"train", "--model", file("model"), "--task", task, "--train", file(data), "--method", "lora",
                     "--rank", "2", "--max-steps", "2", "--threads", "1"})
                  ->wait() == 0);
  }
};

}  // namespace

TEST_CASE("a run over several tasks that is killed in the middle is resumed to the same bits", "[integration]") {
  Bench bench;
  std::vector<std::string> own = {"--method", "ft"};
  std::string kind = "model";
  store::RunId first = 1;
  SECTION("one encoder under three heads") {}
  SECTION("one gate over three adapters") {
    bench.train_adapters();
    own = {"--adapters", "wnut17=run:1,squad=run:2,swag=run:3"};
    kind = "xlora";
    first = 4;
  }
  REQUIRE(bench.train(own)->wait() == 0);
  const auto killed = bench.train(own);
  REQUIRE(wait_until([&] { return bench.has_checkpoint(first + 1); }));
  killed->send(SIGKILL);
  REQUIRE(killed->wait() == -SIGKILL);
  CHECK(bench.losses(first + 1).size() >= 40);
  REQUIRE(bench.start({"resume", std::to_string(first + 1)})->wait() == 0);
  REQUIRE(wait_until([&] { return bench.record(first + 1).state == store::RunState::Finished; }));
  CHECK(bench.losses(first + 1) == bench.losses(first));
  CHECK(test::weights_hash(bench.run_folder(first + 1) / kind) == test::weights_hash(bench.run_folder(first) / kind));
  CHECK(bench.record(first + 1).result.scores == bench.record(first).result.scores);
}

TEST_CASE("a run over several tasks can be paused, continued and stopped", "[integration]") {
  Bench bench;
  const auto run = bench.train({"--method", "ft"}, "4000");
  REQUIRE(wait_until([&] { return fs::exists(bench.workspace / "lorascope.db") && !bench.losses(1).empty(); }));
  REQUIRE(bench.start({"pause", "1"})->wait() == 0);
  REQUIRE(wait_until([&] { return bench.record(1).state == store::RunState::Paused; }));
  REQUIRE(bench.start({"continue", "1"})->wait() == 0);
  REQUIRE(wait_until([&] { return bench.record(1).state == store::RunState::Running; }));
  REQUIRE(bench.start({"stop", "1"})->wait() == 0);
  CHECK(run->wait() == 4);
  CHECK(bench.record(1).state == store::RunState::Stopped);
  CHECK(bench.has_checkpoint(1));
}
