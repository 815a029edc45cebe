#include <QSignalSpy>
#include <filesystem>

#include "core/base/files.h"
#include "core/store/command_box.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/ui/shell/waiting.h"
#include "ui/process/lorascope_program.h"
#include "ui/process/run_control.h"

namespace lorascope::ui {
namespace {

using store::CommandKind;
using store::RunState;
using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 20, .spectrum_length = 8, .with_living = true, .with_trouble = true};

/// A program that writes its arguments down, in place of `lorascope`.
class StandIn {
 public:
  explicit StandIn(const std::string& more = {}) {
    const std::filesystem::path script = folder_.path() / "lorascope";
    write_file_atomically(script, "#!/bin/sh\necho \"$@\" >> \"" + log().string() + "\"\n" + more + "\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    qputenv("LORASCOPE_PROGRAM", QByteArray::fromStdString(script.string()));
  }
  ~StandIn() { qunsetenv("LORASCOPE_PROGRAM"); }
  std::filesystem::path log() const { return folder_.path() / "arguments"; }
  std::string arguments() const { return std::filesystem::exists(log()) ? read_file(log()) : std::string(); }

 private:
  test::TemporaryFolder folder_;
};

std::vector<CommandKind> taken(store::Workspace& workspace, store::RunId id) {
  std::vector<CommandKind> kinds;
  for (const store::Command& command : store::CommandBox(workspace).take(id)) kinds.push_back(command.kind);
  return kinds;
}

TEST_CASE("Verbs are offered only where the state allows them", "[ui]") {
  CHECK(isPossible(RunVerb::Pause, RunState::Running));
  CHECK_FALSE(isPossible(RunVerb::Pause, RunState::Paused));
  CHECK(isPossible(RunVerb::Continue, RunState::Paused));
  CHECK(isPossible(RunVerb::StopAndKeep, RunState::Paused));
  CHECK_FALSE(isPossible(RunVerb::StopAndKeep, RunState::Finished));
  CHECK(isPossible(RunVerb::Resume, RunState::Lost));
  CHECK(isPossible(RunVerb::Resume, RunState::Stopped));
  CHECK_FALSE(isPossible(RunVerb::Resume, RunState::Running));
  CHECK(isPossible(RunVerb::MarkFailed, RunState::Lost));
  CHECK_FALSE(isPossible(RunVerb::MarkFailed, RunState::Failed));
}

TEST_CASE("Pause and stop post command rows to living runs only", "[ui]") {
  OpenSession open(kSample);
  LorascopeProgram program;
  RunControl control(&open.session(), &program);
  const store::RunId living = open.session().runs().back().id;
  const store::RunId finished = open.session().runs()[4].id;
  std::vector<CommandKind> kinds;
  control.request(RunVerb::Pause, {living, finished});
  control.request(RunVerb::StopAndKeep, {living});
  CHECK(wait_until([&] {
    for (const CommandKind kind : taken(open.other(), living)) kinds.push_back(kind);
    return kinds.size() == 2;
  }));
  CHECK(kinds == std::vector<CommandKind>{CommandKind::Pause, CommandKind::Stop});
  CHECK(taken(open.other(), finished).empty());
}

TEST_CASE("Resume and the built-in study start the program detached with the workspace", "[ui]") {
  const StandIn stand_in;
  OpenSession open(kSample);
  LorascopeProgram program;
  RunControl control(&open.session(), &program);
  const store::RunRecord& failed = open.session().runs().front();
  REQUIRE(failed.state == RunState::Failed);
  control.request(RunVerb::Resume, {failed.id});
  const std::string workspace = open.session().workspaceFolder().toStdString();
  const std::string resume = "resume " + std::to_string(failed.id) + " --workspace " + workspace + " --detach";
  CHECK(wait_until([&] { return stand_in.arguments().find(resume) != std::string::npos; }));
  control.startBuiltInStudy();
  CHECK(wait_until([&] { return stand_in.arguments().find("demo --workspace " + workspace) != std::string::npos; }));
}

TEST_CASE("A study is checked first: all its problems come back at once and nothing starts", "[ui]") {
  const StandIn stand_in(R"(echo '{"problems": [{"where": "s.toml:3: lr", "found": "\"fast\"", "expected": "a number"},
    {"where": "s.toml:9: seed", "found": "-1", "expected": "0 or more", "hint": "use 42"}]}'; exit 3)");
  OpenSession open(kSample);
  LorascopeProgram program;
  RunControl control(&open.session(), &program);
  std::vector<Problem> problems;
  QSignalSpy started(&control, &RunControl::studyStarted);
  control.startStudy(QStringLiteral("/tmp/s.toml"), [&](const std::vector<Problem>& found) { problems = found; });
  REQUIRE(wait_until([&] { return problems.size() == 2; }));
  CHECK(problems[0].where == "s.toml:3: lr");
  CHECK(problems[1].hint == "use 42");
  CHECK(started.count() == 0);
  CHECK(stand_in.arguments().find("--detach") == std::string::npos);
}

TEST_CASE("A study without problems is started", "[ui]") {
  const StandIn stand_in;
  OpenSession open(kSample);
  LorascopeProgram program;
  RunControl control(&open.session(), &program);
  QSignalSpy started(&control, &RunControl::studyStarted);
  control.startStudy(QStringLiteral("/tmp/s.toml"), [](const std::vector<Problem>&) { FAIL("no problems here"); });
  CHECK(wait_until([&] { return started.count() == 1; }));
  CHECK(wait_until([&] { return stand_in.arguments().find("--detach") != std::string::npos; }));
}

TEST_CASE("A program that is not there is told with what to do", "[ui]") {
  qputenv("LORASCOPE_PROGRAM", "/nowhere/lorascope");
  OpenSession open(kSample);
  LorascopeProgram program;
  RunControl control(&open.session(), &program);
  QSignalSpy failed(&control, &RunControl::failed);
  if (program.path().isEmpty()) {
    control.startBuiltInStudy();
    REQUIRE(failed.count() == 1);
    CHECK(failed.front().at(1).toString().contains("LORASCOPE_PROGRAM"));
  }
  qunsetenv("LORASCOPE_PROGRAM");
}

TEST_CASE("Command lines can be pasted into a shell", "[ui]") {
  CHECK(LorascopeProgram::commandLine({"run", "my study.toml", "--lr", "5e-5"}) ==
        "lorascope run 'my study.toml' --lr 5e-5");
  CHECK(LorascopeProgram::commandLine({"it's"}) == "lorascope 'it'\\''s'");
}

}  // namespace
}  // namespace lorascope::ui
