#include "core/store/command_box.h"

#include "core/base/error.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::store;

TEST_CASE("Commands are taken once, in order, by the run they are for", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId a = runs.create({});
  const RunId b = runs.create({});
  runs.set_state(a, RunState::Running);
  runs.set_state(b, RunState::Paused);
  const Workspace other = workspace.open_again();
  CommandBox sender(other);
  CommandBox receiver(workspace);
  CHECK(receiver.take(a).empty());
  sender.post(a, CommandKind::Pause);
  sender.post(b, CommandKind::Stop);
  sender.post(a, CommandKind::Continue);
  const std::vector<Command> taken = receiver.take(a);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].kind == CommandKind::Pause);
  CHECK(taken[1].kind == CommandKind::Continue);
  CHECK(receiver.take(a).empty());
  CHECK(CommandBox(workspace).take(b).size() == 1);
  sender.post(a, CommandKind::Checkpoint);
  sender.clear(a);
  CHECK(receiver.take(a).empty());
}

TEST_CASE("A run that is not alive takes no commands and the message says what can be done", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  CommandBox box(workspace);
  const RunId id = runs.create({});
  CHECK_THROWS_WITH(box.post(id, CommandKind::Stop), Catch::Contains("run 1 is queued"));
  runs.set_state(id, RunState::Lost);
  try {
    box.post(id, CommandKind::Stop);
    FAIL("a lost run took a command");
  } catch (const Error& problem) {
    CHECK_THAT(problem.hint(), Catch::Contains("lorascope resume 1"));
  }
  CHECK_THROWS_WITH(box.post(7, CommandKind::Stop), Catch::Contains("no run 7"));
  for (const CommandKind kind :
       {CommandKind::Pause, CommandKind::Continue, CommandKind::Stop, CommandKind::Checkpoint, CommandKind::Abort}) {
    CHECK(command_kind_from(text(kind)) == kind);
  }
}
