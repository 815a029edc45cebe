#include "core/store/liveness.h"

#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::store;

namespace {

constexpr Heartbeat kOldBeat{1000, 7, 10, 0, 0, 0, 0, "training"};

}  // namespace

TEST_CASE("A process is known by its pid and start time together", "[store]") {
  const std::int64_t own = ::getpid();
  CHECK(process_start(own) > 0);
  CHECK(process_is_alive(own, process_start(own)));
  CHECK_FALSE(process_is_alive(own, process_start(own) + 1));
  CHECK_FALSE(process_is_alive(0, 0));
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  const std::int64_t start = process_start(child);
  ::waitpid(child, nullptr, 0);
  CHECK_FALSE(process_is_alive(child, start));
}

TEST_CASE("Only a living run whose process is gone and whose heartbeat is old is lost", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId gone = runs.create({});
  const RunId here = runs.create({});
  const RunId fresh = runs.create({});
  const RunId finished = runs.create({});
  for (const RunId id : {gone, here, fresh}) runs.set_state(id, RunState::Running);
  runs.set_state(finished, RunState::Finished);
  runs.set_process(gone, 1, 1);
  runs.set_process(here, ::getpid(), process_start(::getpid()));
  runs.write_heartbeat(gone, kOldBeat);
  runs.write_heartbeat(here, kOldBeat);
  Heartbeat now = kOldBeat;
  now.time = now_seconds();
  runs.write_heartbeat(fresh, now);
  // Started just now: still within the time that a heartbeat may need.
  CHECK(mark_lost_runs(workspace).empty());
  constexpr double kShort = 0.2;
  ::usleep(static_cast<useconds_t>(1.5 * kShort * 1e6));
  now.time = now_seconds();
  runs.write_heartbeat(fresh, now);
  CHECK(mark_lost_runs(workspace, kShort) == std::vector<RunId>{gone});
  CHECK(runs.get(gone).state == RunState::Lost);
  CHECK_THAT(runs.get(gone).reason, Catch::Contains("step 7"));
  CHECK_THAT(runs.get(gone).hint, Catch::Contains("lorascope resume"));
  CHECK(runs.get(here).state == RunState::Running);
  CHECK(runs.get(finished).state == RunState::Finished);
  CHECK(mark_lost_runs(workspace).empty());
}

TEST_CASE("A run that is started again is not lost by its earlier process's old heartbeat", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId run = runs.create({});
  runs.set_state(run, RunState::Running);
  runs.set_process(run, 1, 1);
  runs.write_heartbeat(run, kOldBeat);
  CHECK(mark_lost_runs(workspace, 0).size() == 1);
  CHECK(runs.change_state(run, {RunState::Lost}, RunState::Starting));
  // Also where the looker has no patience at all: no pid is known yet.
  CHECK(mark_lost_runs(workspace, 0).empty());
  CHECK(runs.get(run).pid == 0);
  CHECK(runs.get(run).heartbeat.step == 7);
}

TEST_CASE("The pid that the launcher wrote is kept while the process starts, however long that takes", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId run = runs.create({});
  REQUIRE(runs.take_next_queued());
  CHECK(mark_lost_runs(workspace, 0).empty());
  runs.set_process(run, ::getpid(), process_start(::getpid()));
  // What the run's own process does first.
  CHECK(runs.change_state(run, {RunState::Starting}, RunState::Starting));
  CHECK(runs.get(run).pid == ::getpid());
  CHECK(mark_lost_runs(workspace, 0).empty());
  // A process that died while it was starting is known by its pid and needs no patience.
  runs.set_process(run, ::getpid(), process_start(::getpid()) + 1);
  CHECK(mark_lost_runs(workspace, 0).size() == 1);
}
