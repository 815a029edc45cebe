#include "app/lorascope/queue/run_queue.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "app/lorascope/queue/launcher.h"
#include "app/lorascope/queue/queue_lock.h"
#include "app/lorascope/queue/watch.h"
#include "core/base/clock.h"
#include "core/store/command_box.h"
#include "core/store/liveness.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::app::queue;
using store::RunState;

namespace {

constexpr double kPatience = 20;  // seconds; a loaded machine is slow, a right program never waits so long

bool comes_true(const std::function<bool()>& condition) {
  const Stopwatch watch;
  while (watch.seconds() < kPatience) {
    if (condition()) return true;
    ::usleep(20000);
  }
  return false;
}

struct Scene {
  test::TemporaryFolder folder;
  store::Workspace workspace = store::Workspace::open_or_create(folder.path());
  store::RunStore runs{workspace};

  store::RunId add(const std::string& name) {
    study::RunSettings settings;
    settings.name = name;
    return runs.create(settings);
  }
  RunState state(store::RunId run) { return runs.get(run).state; }
  /// Stops what a failed check would leave behind.
  ~Scene() {
    for (const store::RunRecord& run : runs.alive()) {
      if (run.pid > 0 && store::process_is_alive(run.pid, run.pid_start)) ::kill(static_cast<pid_t>(run.pid), SIGKILL);
    }
  }
};

const QueueOptions kOneJob{1, FAKE_LORASCOPE};

}  // namespace

TEST_CASE("The queue carries its runs one after the other; failed and crashed ones stop nobody", "[queue]") {
  Scene scene;
  const store::RunId first = scene.add("ok");
  const store::RunId failed = scene.add("fail");
  const store::RunId crashed = scene.add("crash");
  const store::RunId last = scene.add("ok");
  work_queue(scene.workspace, kOneJob);
  CHECK(scene.state(first) == RunState::Finished);
  CHECK(scene.state(last) == RunState::Finished);
  const store::RunRecord failure = scene.runs.get(failed);
  CHECK(failure.state == RunState::Failed);
  CHECK_THAT(failure.reason, Catch::Contains("exit code 3") && Catch::Contains("the reason why"));
  CHECK_THAT(failure.hint, Catch::Contains("log.txt"));
  const store::RunRecord crash = scene.runs.get(crashed);
  CHECK(crash.state == RunState::Lost);
  CHECK_THAT(crash.reason, Catch::Contains("signal 9"));
  CHECK_THAT(crash.hint, Catch::Contains("lorascope resume 3"));
  CHECK(scene.runs.get(last).started >= crash.ended);
  CHECK(log_tail(log_file(scene.workspace, first), 5) == std::vector<std::string>{"this is the log of run 1"});
}

TEST_CASE("A program that cannot be started makes the run fail with a reason", "[queue]") {
  Scene scene;
  const store::RunId run = scene.add("ok");
  work_queue(scene.workspace, {1, "/no/such/program"});
  CHECK(scene.state(run) == RunState::Failed);
  CHECK_THAT(scene.runs.get(run).reason, Catch::Contains("/no/such/program"));
}

TEST_CASE("What would make all waiting runs fail is said once, and they stay queued for the next start", "[queue]") {
  Scene scene;
  const std::vector<store::RunId> ids = {scene.add("ok"), scene.add("ok")};
  bool is_encoder_there = false;
  QueueOptions options = kOneJob;
  options.known_problems = [&](const store::RunRecord& run) {
    std::vector<Problem> problems = {{"run " + std::to_string(run.id), "a fault of its own", "none", ""}};
    if (!is_encoder_there) problems.push_back({"encoder", "nothing", "a folder", "put it back"});
    return problems;
  };
  const std::function<void()> starts[] = {
      [&] { work_queue(scene.workspace, options); },
      [&] {
        RunBoard board(RunBoard::Style::Silent);
        watch_runs(scene.workspace, ids, options, board, [] { return false; });
      }};
  for (const auto& start : starts) {
    CHECK_THROWS_MATCHES(start(), StudyError,
                         Catch::Predicate<StudyError>([](const StudyError& error) {
                           return error.exit_code() == 3 && error.problems().size() == 1 &&
                                  error.problems().front().where == "encoder" &&
                                  error.message().find("any of the 2 waiting runs") != std::string::npos;
                         }));
    for (const store::RunId run : ids) {
      CHECK(scene.state(run) == RunState::Queued);
      CHECK(scene.runs.get(run).reason == "encoder: found nothing, expected a folder");
      CHECK(scene.runs.get(run).hint == "put it back");
      CHECK_FALSE(std::filesystem::exists(log_file(scene.workspace, run)));
    }
    CHECK_FALSE(QueueLock::owner(scene.folder.path()));
  }
  is_encoder_there = true;
  work_queue(scene.workspace, options);
  for (const store::RunId run : ids) {
    CHECK(scene.state(run) == RunState::Finished);
    CHECK(scene.runs.get(run).reason.empty());
  }
}

TEST_CASE("One run that could go lets the queue start, whatever keeps the others", "[queue]") {
  Scene scene;
  const store::RunId first = scene.add("fail");
  const store::RunId second = scene.add("ok");
  QueueOptions options = kOneJob;
  options.known_problems = [](const store::RunRecord& run) {
    return run.name == "fail" ? std::vector<Problem>{{"encoder", "nothing", "a folder", ""}} : std::vector<Problem>();
  };
  work_queue(scene.workspace, options);
  CHECK(scene.state(first) == RunState::Failed);
  CHECK(scene.state(second) == RunState::Finished);
}

TEST_CASE("Two jobs are two processes at once, never three", "[queue]") {
  Scene scene;
  for (int i = 0; i < 3; ++i) scene.add("slow");
  RunQueue queue(scene.workspace, {2, FAKE_LORASCOPE});
  std::size_t most = 0;
  while (queue.tick()) {
    most = std::max(most, scene.runs.alive().size());
    ::usleep(20000);
  }
  CHECK(most == 2);
  for (const store::RunRecord& run : scene.runs.list()) CHECK(run.state == RunState::Finished);
}

TEST_CASE("A run has a session of its own", "[queue]") {
  Scene scene;
  const store::RunId run = scene.add("long");
  RunQueue queue(scene.workspace, kOneJob);
  queue.tick();
  REQUIRE(comes_true([&] { return scene.state(run) == RunState::Running; }));
  const auto pid = static_cast<pid_t>(scene.runs.get(run).pid);
  CHECK(::getsid(pid) == pid);
  CHECK(::getsid(pid) != ::getsid(0));
}

TEST_CASE("Only one process holds the queue, and its death lets it go", "[queue]") {
  const test::TemporaryFolder folder;
  int told[2];
  REQUIRE(::pipe(told) == 0);
  const pid_t holder = ::fork();
  if (holder == 0) {
    const auto lock = QueueLock::try_take(folder.path());
    const char answer = lock ? 'y' : 'n';
    if (::write(told[1], &answer, 1) == 1) ::pause();
    ::_exit(0);
  }
  char answer = 0;
  REQUIRE(::read(told[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  CHECK_FALSE(QueueLock::try_take(folder.path()));
  REQUIRE(QueueLock::owner(folder.path()));
  CHECK(QueueLock::owner(folder.path())->pid == holder);
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  CHECK_FALSE(QueueLock::owner(folder.path()));
  CHECK(QueueLock::try_take(folder.path()));
  ::close(told[0]);
  ::close(told[1]);
}

TEST_CASE("kill -9 of the queue leaves its run alive, and a second queue takes over", "[queue]") {
  Scene scene;
  const store::RunId running = scene.add("long");
  const store::RunId waiting = scene.add("ok");
  launch_queue(FAKE_LORASCOPE, scene.workspace, 1);
  REQUIRE(comes_true([&] { return scene.state(running) == RunState::Running; }));
  const auto owner = QueueLock::owner(scene.folder.path());
  REQUIRE(owner);
  ::kill(static_cast<pid_t>(owner->pid), SIGKILL);
  ::waitpid(static_cast<pid_t>(owner->pid), nullptr, 0);
  CHECK_FALSE(QueueLock::owner(scene.folder.path()));
  const store::RunRecord run = scene.runs.get(running);
  CHECK(store::process_is_alive(run.pid, run.pid_start));

  launch_queue(FAKE_LORASCOPE, scene.workspace, 1);
  REQUIRE(comes_true([&] { return QueueLock::owner(scene.folder.path()).has_value(); }));
  ::usleep(500000);
  // The one place is taken by the run that the first queue started.
  CHECK(scene.state(running) == RunState::Running);
  CHECK(scene.state(waiting) == RunState::Queued);
  store::CommandBox(scene.workspace).post(running, store::CommandKind::Stop);
  CHECK(comes_true([&] { return scene.state(waiting) == RunState::Finished; }));
  CHECK(scene.state(running) == RunState::Stopped);
  CHECK(comes_true([&] { return !QueueLock::owner(scene.folder.path()); }));
}

TEST_CASE("kill -9 of a run makes it lost and the queue goes on", "[queue]") {
  Scene scene;
  const store::RunId victim = scene.add("long");
  const store::RunId next = scene.add("ok");
  RunQueue queue(scene.workspace, kOneJob);
  queue.tick();
  REQUIRE(comes_true([&] { return scene.state(victim) == RunState::Running; }));
  ::kill(static_cast<pid_t>(scene.runs.get(victim).pid), SIGKILL);
  CHECK(comes_true([&] { return !queue.tick(); }));
  CHECK(scene.state(victim) == RunState::Lost);
  CHECK(scene.state(next) == RunState::Finished);
}

TEST_CASE("Watching ends with the runs; an interruption stops them and keeps those of others", "[queue]") {
  Scene scene;
  const store::RunId own = scene.add("long");
  const store::RunId own_waiting = scene.add("ok");
  const store::RunId other = scene.add("ok");
  RunBoard board(RunBoard::Style::Silent);
  bool asked = false;
  const auto runs = watch_runs(scene.workspace, {own, own_waiting}, kOneJob, board, [&] {
    asked = asked || scene.state(own) == RunState::Running;
    return asked;
  });
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].state == RunState::Stopped);
  CHECK(runs[1].state == RunState::Stopped);
  CHECK_THAT(runs[1].reason, Catch::Contains("before it started"));
  // Left to a queue in the background.
  CHECK(comes_true([&] { return scene.state(other) == RunState::Finished; }));
  CHECK(comes_true([&] { return !QueueLock::owner(scene.folder.path()); }));
}
