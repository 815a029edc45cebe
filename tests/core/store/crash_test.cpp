#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/store/command_box.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::store;

namespace {

/// Writes steps for ever and tells each one that is committed to `told`.
[[noreturn]] void write_for_ever(const std::filesystem::path& folder, RunId run, int told) {
  const Workspace workspace = Workspace::open(folder);
  RunStore runs(workspace);
  MetricWriter writer(workspace, run);
  for (std::int64_t step = 1;; ++step) {
    writer.add("train/loss", step, 1.0 / static_cast<double>(step));
    writer.add_spectrum({step, "m", {1, 2}, 0});
    writer.flush();
    runs.add_evaluation(run, {step, 0, "eval", {{"f1", 0.5}}, 0, 0});
    if (::write(told, &step, sizeof step) != sizeof step) ::_exit(1);
  }
}

}  // namespace

TEST_CASE("kill -9 between writes loses nothing that was committed", "[store]") {
  const test::TemporaryFolder folder;
  RunId run = 0;
  {
    const Workspace workspace = Workspace::open_or_create(folder.path());
    run = RunStore(workspace).create({});
    RunStore(workspace).set_state(run, RunState::Running);
  }
  for (int round = 0; round < 5; ++round) {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) write_for_ever(folder.path(), run, pipe_ends[1]);
    ::close(pipe_ends[1]);
    std::int64_t told = 0;
    for (std::int64_t step = 0; told < 20 + 7 * round && ::read(pipe_ends[0], &step, sizeof step) == sizeof step;)
      told = step;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (std::int64_t step = 0; ::read(pipe_ends[0], &step, sizeof step) == sizeof step;) told = step;
    ::close(pipe_ends[0]);

    const Workspace workspace = Workspace::open(folder.path());
    const RunStore runs(workspace);
    const std::vector<MetricPoint> points = runs.points(run, "train/loss");
    REQUIRE(told >= 20);
    REQUIRE(points.size() >= static_cast<std::size_t>(told));
    for (std::size_t i = 0; i < points.size(); ++i) {
      CHECK(points[i].step == static_cast<std::int64_t>(i) + 1);
      CHECK(points[i].value == 1.0 / static_cast<double>(points[i].step));
    }
    // A flush is one transaction: points and spectra are there together.
    CHECK(runs.spectra(run).size() == points.size());
    CHECK(runs.evaluations(run).size() >= static_cast<std::size_t>(told));
    RunStore(workspace).forget_after(run, 0);
  }
}

TEST_CASE("Two processes write one workspace at once", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId first = runs.create({});
  const RunId second = runs.create({});
  constexpr int kRows = 100;
  const auto write_rows = [&](RunId run) {
    const Workspace own = Workspace::open(folder.path());
    for (int i = 0; i < kRows; ++i) RunStore(own).add_event(run, "info", std::to_string(i));
  };
  const pid_t child = ::fork();
  if (child == 0) {
    write_rows(second);
    ::_exit(0);
  }
  write_rows(first);
  int status = 1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(runs.events(first).size() == kRows);
  CHECK(runs.events(second).size() == kRows);
}

TEST_CASE("stars run 1 of the workspace in the environment", "[.helper]") {
  const char* folder = std::getenv("LORASCOPE_TEST_WORKSPACE");
  REQUIRE(folder != nullptr);
  RunStore(Workspace::open(folder)).set_starred(1, true);
}

TEST_CASE("Opening a workspace a second time does not let another process take its log away", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace kept = Workspace::open_or_create(folder.path());
  const RunId run = RunStore(kept).create({});
  { const Workspace again = Workspace::open(folder.path()); }
  // A program of its own: after a fork alone both processes would share what SQLite knows about locks.
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = "LORASCOPE_TEST_WORKSPACE='" + folder.path().string() + "' '" + self +
                              "' 'stars run 1 of the workspace in the environment' >/dev/null 2>&1";
  REQUIRE(std::system(command.c_str()) == 0);
  RunStore(kept).set_name(run, "kept");
  CHECK(RunStore(kept).get(run).starred);
  CHECK(RunStore(Workspace::open(folder.path())).get(run).name == "kept");
}
