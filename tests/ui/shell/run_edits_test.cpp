#include "ui/runs/run_edits.h"

#include <QUndoStack>

#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/ui/shell/waiting.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 20, .spectrum_length = 8};

TEST_CASE("Every edit is in the store, says what undo will undo, and undo brings the old value back", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  QUndoStack stack;
  RunEdits edits(&session, &stack);
  const store::RunId id = session.runs().front().id;
  const auto run = [&] { return store::RunStore(open.other()).get(id); };

  edits.rename(id, QStringLiteral("the good one"));
  CHECK(stack.undoText() == "rename seed 42");
  CHECK(wait_until([&] { return run().name == "the good one"; }));
  stack.undo();
  CHECK(wait_until([&] { return run().name == "seed 42"; }));

  edits.setStarred({id}, true);
  CHECK(wait_until([&] { return run().starred; }));
  edits.addTag({id}, QStringLiteral("paper"));
  CHECK(wait_until([&] { return run().tags == std::vector<std::string>{"paper"}; }));
  edits.setNote(id, QStringLiteral("falls slowly"));
  CHECK(wait_until([&] { return run().note == "falls slowly"; }));
  edits.setColour({id}, QStringLiteral("#CC79A7"));
  CHECK(wait_until([&] { return run().colour == "#CC79A7"; }));
  edits.setEyes({id}, false);
  CHECK(wait_until([&] { return run().hidden; }));
  while (stack.canUndo()) stack.undo();
  CHECK(wait_until([&] {
    const store::RunRecord now = run();
    return !now.starred && now.tags.empty() && now.note.empty() && now.colour.empty() && !now.hidden;
  }));
}

TEST_CASE("Deletion goes to the trash, leaves living runs alone and can be undone", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  QUndoStack stack;
  RunEdits edits(&session, &stack);
  const std::size_t before = session.runs().size();
  const store::RunId ended = session.runs()[0].id;
  const store::RunId living = session.runs().back().id;
  REQUIRE(session.run(living)->state == store::RunState::Running);
  edits.moveToTrash({ended, living});
  CHECK(stack.undoText() == "delete seed 42");
  CHECK(wait_until([&] { return session.runs().size() == before - 1; }));
  CHECK(session.run(ended) == nullptr);
  CHECK(session.run(living) != nullptr);
  stack.undo();
  CHECK(wait_until([&] { return session.run(ended) != nullptr; }));
}

TEST_CASE("A tag that all runs have already makes no entry to undo", "[ui]") {
  OpenSession open(kSample);
  QUndoStack stack;
  RunEdits edits(&open.session(), &stack);
  const store::RunId id = open.session().runs().front().id;
  edits.addTag({id}, QStringLiteral("paper"));
  REQUIRE(wait_until([&] { return !open.session().run(id)->tags.empty(); }));
  edits.addTag({id}, QStringLiteral(" paper "));
  edits.addTag({id}, QStringLiteral("  "));
  CHECK(stack.count() == 1);
}

}  // namespace
}  // namespace lorascope::ui
