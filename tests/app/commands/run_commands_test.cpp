#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/store/run_store.h"
#include "tests/app/commands/program_runner.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_run.h"

using namespace lorascope;
using store::RunState;
using test::ProgramEnd;
using test::run_lorascope;
namespace fs = std::filesystem;

namespace {

constexpr double kPatience = 60;  // seconds; only a loaded machine comes near

/// A folder with a tiny model, its data and a study of two methods over them.
struct StudyFolder {
  test::TemporaryFolder folder;
  const fs::path& path = folder.path();

  explicit StudyFolder(const std::string& training = "epochs = 2\n") {
    test::write_tiny_run(path);
    std::ofstream(path / "study.toml")
        << "name = \"tiny\"\ntask = \"wnut17\"\nmodel = \"model\"\nthreads = 1\n"
           "[data]\ntrain = \"train.conll\"\neval = \"eval.conll\"\n[training]\nbatch_size = 8\n"
        << training
        << "[[methods]]\nmethod = \"ft\"\n[[methods]]\nmethod = \"lora\"\n"
           "training.learning_rate = 1e-2\n";
  }
  ProgramEnd run(const std::string& arguments, const std::string& environment = {}) const {
    return run_lorascope(path, arguments, environment);
  }
  /// Read from the store itself: starting the program takes a third of a second.
  store::RunRecord record(int run_id) const {
    return store::RunStore(store::Workspace::open(path / "lorascope-workspace")).get(run_id);
  }
  bool comes_true(const std::function<bool()>& condition) const {
    const Stopwatch watch;
    while (watch.seconds() < kPatience) {
      if (condition()) return true;
      ::usleep(50000);
    }
    return false;
  }
  bool reaches(int run_id, store::RunState wanted) const {
    return comes_true([&] { return record(run_id).state == wanted; });
  }
};

}  // namespace

TEST_CASE("The built-in study goes on where it stopped and is not trained twice", "[app]") {
  const StudyFolder scene;
  test::write_tiny_model(scene.path / "encoder", 1, /*num_labels=*/0);
  const std::string encoder = "LORASCOPE_ENCODER=encoder";
  const ProgramEnd first = scene.run("demo --json", encoder);
  INFO(first.errors);
  REQUIRE(first.exit_code == 0);
  REQUIRE(fs::exists(scene.path / "lorascope-workspace" / "kit" / "README.md"));
  const double ended = scene.record(2).ended;
  store::RunStore(store::Workspace::open(scene.path / "lorascope-workspace")).set_state(1, RunState::Stopped);
  const ProgramEnd second = scene.run("demo --json", encoder);
  REQUIRE(second.exit_code == 0);
  CHECK(second.json()["study_id"] == first.json()["study_id"]);
  CHECK(scene.run("runs list --json").json()["runs"].size() == 8);
  CHECK(scene.record(1).state == RunState::Finished);
  CHECK(scene.record(2).ended == ended);
}

TEST_CASE("A study runs from file to scores with one command", "[commands]") {
  const StudyFolder scene;
  const ProgramEnd end = scene.run("run study.toml --json");
  INFO(end.errors);
  REQUIRE(end.exit_code == 0);
  REQUIRE(end.json()["runs"].size() == 2);
  CHECK(end.json()["runs"][0]["state"] == "finished");
  CHECK(end.json()["runs"][1]["group"] == "LoRA r 8");
  CHECK(end.json()["runs"][1]["scores"]["eval"].contains("f1"));
  CHECK_THAT(end.errors, Catch::Contains("FT / seed 42") && Catch::Contains("finished"));

  const Json list = scene.run("runs list --json").json();
  REQUIRE(list["runs"].size() == 2);
  CHECK(list["runs"][0]["run_id"] == 1);
  CHECK(list["runs"][0]["study"] == "tiny");
  CHECK_THAT(scene.run("runs list").output, Catch::StartsWith("tiny\n") && Catch::Contains("LoRA r 8 / seed 42"));

  const Json series = scene.run("runs show 2 --series train/loss --json").json();
  CHECK(series["series"] == "train/loss");
  const store::Workspace workspace = store::Workspace::open(scene.path / "lorascope-workspace");
  const auto points = store::RunStore(workspace).points(2, "train/loss");
  REQUIRE(series["points"].size() == points.size());
  REQUIRE(points.size() == 16);
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(series["points"][i][0].get<std::int64_t>() == points[i].step);
    CHECK(series["points"][i][1].get<double>() == points[i].value);
  }
  const ProgramEnd misspelt = scene.run("runs show 2 --series train/los");
  CHECK(misspelt.exit_code == 2);
  CHECK_THAT(misspelt.errors, Catch::Contains("did you mean train/loss"));

  const Json differences = scene.run("runs diff 1 2 --json").json()["differences"];
  CHECK_THAT(differences.dump(), Catch::Contains("training.learning_rate") && Catch::Contains("\"0.01\""));
  CHECK_THAT(scene.run("").output, Catch::Contains("2 finished"));
  CHECK(scene.run("stop 1").exit_code == 1);
  const ProgramEnd again = scene.run("resume 1");
  CHECK(again.exit_code == 1);
  CHECK_THAT(again.errors, Catch::Contains("run 1 is finished"));
}

TEST_CASE("A queue without the encoder says so once and leaves the runs queued for the next start", "[commands]") {
  const StudyFolder scene("max_steps = 1\n");
  fs::rename(scene.path / "model", scene.path / "away");
  const ProgramEnd early = scene.run("run study.toml");
  CHECK(early.exit_code == 3);
  CHECK_FALSE(fs::exists(scene.path / "lorascope-workspace"));
  fs::rename(scene.path / "away", scene.path / "model");
  REQUIRE(scene.run("run study.toml").exit_code == 0);
  {
    const store::Workspace workspace = store::Workspace::open(scene.path / "lorascope-workspace");
    store::RunStore runs(workspace);
    for (const int run : {1, 2}) runs.set_state(run, RunState::Queued);
  }
  fs::rename(scene.path / "model", scene.path / "away");
  const ProgramEnd refused = scene.run("queue");
  CHECK(refused.exit_code == 3);
  CHECK_THAT(refused.errors, Catch::Contains("any of the 2 waiting runs") && Catch::Contains((scene.path / "model").string()));
  const std::size_t said = refused.errors.find("found");
  REQUIRE(said != std::string::npos);
  CHECK(refused.errors.find("found", said + 1) == std::string::npos);
  for (const int run : {1, 2}) CHECK(scene.record(run).state == RunState::Queued);
  fs::rename(scene.path / "away", scene.path / "model");
  CHECK(scene.run("queue").exit_code == 0);
  for (const int run : {1, 2}) CHECK(scene.record(run).state == RunState::Finished);
}

TEST_CASE("The equivalent command of a run repeats it exactly", "[commands]") {
  const StudyFolder scene("epochs = 1\ndropout = 0.2\nweight_decay = 0.01\nwarmup_ratio = 0.1\n");
  REQUIRE(scene.run("run study.toml").exit_code == 0);
  const std::string command = scene.run("runs show 2 --json").json()["command_line"];
  REQUIRE_THAT(command, Catch::StartsWith("lorascope train "));
  REQUIRE(scene.run(command.substr(command.find(' '))).exit_code == 0);
  const Json first = scene.run("runs show 2 --json").json();
  const Json second = scene.run("runs show 3 --json").json();
  CHECK(first["settings_hash"] == second["settings_hash"]);
  CHECK(first["scores"] == second["scores"]);
}

TEST_CASE("Marks and the trash from the command line", "[commands]") {
  const StudyFolder scene("max_steps = 1\n");
  REQUIRE(scene.run("run study.toml").exit_code == 0);
  CHECK(scene.run("runs tag 1 best").exit_code == 0);
  CHECK(scene.run("runs show 1 --json").json()["tags"] == Json::array({"best"}));
  CHECK(scene.run("runs tag 1 best --remove").exit_code == 0);
  CHECK(scene.run("runs show 1 --json").json()["tags"].empty());
  CHECK(scene.run("runs delete 1 2").exit_code == 0);
  CHECK(scene.run("runs list --json").json()["runs"].empty());
  CHECK(scene.run("runs list --trash --json").json()["runs"].size() == 2);
  CHECK(scene.run("runs delete 1 --restore").exit_code == 0);
  CHECK(scene.run("runs list --json").json()["runs"].size() == 1);
  CHECK(scene.run("runs delete 2 --permanently").exit_code == 0);
  CHECK_FALSE(fs::exists(scene.path / "lorascope-workspace/artifacts/run-2"));
  CHECK(scene.run("runs show 2").exit_code == 1);
}

TEST_CASE("A dry run lists the runs, or every problem, and makes nothing", "[commands]") {
  const StudyFolder scene;
  const ProgramEnd good = scene.run("run study.toml --dry-run --json");
  CHECK(good.exit_code == 0);
  CHECK(good.json()["runs"].size() == 2);
  CHECK(good.json()["problems"].empty());
  CHECK_THAT(scene.run("run study.toml --dry-run").output, Catch::Contains("2 runs"));

  std::ofstream(scene.path / "bad.toml")
      << "task = \"wnut17\"\nmethod = \"ft\"\nmodel = \"./no\"\n[data]\ntrain = \"no.conll\"\n"
         "[training]\nepochs = 0\n";
  const ProgramEnd bad = scene.run("run bad.toml --dry-run --json");
  CHECK(bad.exit_code == 3);
  REQUIRE(bad.json()["problems"].size() == 3);
  for (const Json& problem : bad.json()["problems"]) {
    CHECK_THAT(problem["where"].get<std::string>(), Catch::Contains("bad.toml:"));
    CHECK_FALSE(problem["found"].get<std::string>().empty());
    CHECK_FALSE(problem["expected"].get<std::string>().empty());
  }
  CHECK_THAT(bad.errors, Catch::Contains("3 problems") && Catch::Contains("--data-dir"));

  std::ofstream(scene.path / "train.conll") << "one\tO\nthis line has no tag\n";
  const ProgramEnd data = scene.run("run study.toml --dry-run --json");
  CHECK(data.exit_code == 3);
  CHECK_THAT(data.output, Catch::Contains("train.conll:2"));
  CHECK_FALSE(fs::exists(scene.path / "lorascope-workspace"));
}

TEST_CASE("A study in the background is paused, stopped, killed and resumed by number", "[commands]") {
  const StudyFolder scene("epochs = 3000\ncheckpoint_every_steps = 5\n");
  const ProgramEnd started = scene.run("run study.toml --detach --json");
  REQUIRE(started.exit_code == 0);
  CHECK(started.json()["run_ids"] == Json::array({1, 2}));
  REQUIRE(scene.reaches(1, RunState::Running));
  CHECK(scene.run("pause 1").exit_code == 0);
  CHECK(scene.reaches(1, RunState::Paused));
  CHECK_THAT(scene.run("").output, Catch::Contains("a queue is at work"));
  CHECK(scene.run("continue 1").exit_code == 0);
  CHECK(scene.reaches(1, RunState::Running));
  CHECK(scene.run("stop 1").exit_code == 0);
  CHECK(scene.reaches(1, RunState::Stopped));
  // The queue goes on with the second run; that one is killed.
  REQUIRE(scene.reaches(2, RunState::Running));
  REQUIRE(scene.comes_true([&] { return scene.record(2).heartbeat.step >= 10; }));
  ::kill(static_cast<pid_t>(scene.record(2).pid), SIGKILL);
  CHECK(scene.reaches(2, RunState::Lost));
  CHECK(scene.run("resume 2 --detach").exit_code == 0);
  CHECK(scene.reaches(2, RunState::Running));
  CHECK(scene.run("stop 2").exit_code == 0);
  CHECK(scene.reaches(2, RunState::Stopped));
}

TEST_CASE("Wrong usage, missing and damaged workspaces have their exit codes", "[commands]") {
  const test::TemporaryFolder folder;
  CHECK(run_lorascope(folder.path(), "runs list").exit_code == 3);
  CHECK(run_lorascope(folder.path(), "runs").exit_code == 2);
  CHECK(run_lorascope(folder.path(), "runs diff 1").exit_code == 2);
  CHECK(run_lorascope(folder.path(), "pause").exit_code == 2);
  CHECK(run_lorascope(folder.path(), "run").exit_code == 2);
  CHECK(run_lorascope(folder.path(), "run no-study.toml").exit_code == 3);
  CHECK_THAT(run_lorascope(folder.path(), "").output, Catch::Contains("Usage"));
  CHECK(fs::is_empty(folder.path()) == false);  // only what this test's own redirections made
  CHECK_FALSE(fs::exists(folder.path() / "lorascope-workspace"));
  std::ofstream(folder.path() / "lorascope.db") << "not a database";
  for (const char* command : {"", "runs list", "stop 1", "queue"}) {
    INFO(command);
    const ProgramEnd end = run_lorascope(folder.path(), command);
    CHECK(end.exit_code == 3);
    CHECK_THAT(end.errors, Catch::Contains("no SQLite database") && Catch::Contains("Hint"));
  }
  CHECK(read_file(folder.path() / "lorascope.db") == "not a database");
}

TEST_CASE("The workspace comes from the option, the environment or the current folder", "[commands]") {
  const test::TemporaryFolder folder;
  store::Workspace::open_or_create(folder.path() / "by-variable");
  store::Workspace::open_or_create(folder.path() / "by-option");
  CHECK_THAT(run_lorascope(folder.path(), "", "LORASCOPE_WORKSPACE=by-variable").output,
             Catch::Contains("by-variable: no runs"));
  CHECK(run_lorascope(folder.path(), "runs list --workspace by-option").exit_code == 0);
  CHECK_THAT(run_lorascope(folder.path() / "by-option", "").output, Catch::Contains("by-option: no runs"));
}

TEST_CASE("The desktop program is missed with a reason where there is no display", "[commands]") {
  const test::TemporaryFolder folder;
  const ProgramEnd end =
      run_lorascope(folder.path(), "workbench w", "-u DISPLAY -u WAYLAND_DISPLAY -u QT_QPA_PLATFORM");
  CHECK(end.exit_code == 1);
  CHECK_THAT(end.errors, Catch::Contains("no display") || Catch::Contains("no desktop program"));
}

TEST_CASE("The help of a command has an example", "[commands]") {
  const test::TemporaryFolder folder;
  for (const char* command : {"run", "demo", "workbench", "queue", "pause", "resume", "runs", "runs show"}) {
    INFO(command);
    const ProgramEnd end = run_lorascope(folder.path(), std::string(command) + " --help");
    CHECK(end.exit_code == 0);
    CHECK_THAT(end.output, Catch::Contains("Example: lorascope"));
  }
}
