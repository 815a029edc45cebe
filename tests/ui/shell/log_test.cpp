#include <QAbstractItemModelTester>

#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/ui/shell/waiting.h"
#include "ui/log/event_model.h"
#include "ui/log/queue_model.h"
#include "ui/process/lorascope_program.h"
#include "ui/process/run_control.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 20, .spectrum_length = 8};

TEST_CASE("The log shows the selected run, by level, and grows while the run lives", "[ui]") {
  OpenSession open(kSample);
  EventModel log(&open.session());
  QAbstractItemModelTester tester(&log, QAbstractItemModelTester::FailureReportingMode::Fatal);
  CHECK(log.rowCount() == 0);
  const store::RunId id = open.session().runs().back().id;
  open.session().select({id});
  REQUIRE(wait_until([&] { return log.rowCount() >= 8; }));
  const int before = log.rowCount();
  log.setLevel(LogLevel::Warnings);
  CHECK(log.rowCount() == 1);
  log.setLevel(LogLevel::Information);
  CHECK(log.rowCount() == before);
  store::RunStore(open.other()).add_event(id, "error", "the disk is full");
  CHECK(wait_until([&] { return log.newestLine().contains("the disk is full"); }));
  CHECK(log.rowCount() == before + 1);
}

TEST_CASE("Levels are ordered and an unknown one counts as information", "[ui]") {
  CHECK(isShown("error", LogLevel::Errors));
  CHECK_FALSE(isShown("warning", LogLevel::Errors));
  CHECK(isShown("info", LogLevel::Information));
  CHECK_FALSE(isShown("debug", LogLevel::Information));
  CHECK(isShown("debug", LogLevel::Everything));
  CHECK(isShown("something", LogLevel::Information));
}

TEST_CASE("The queue lists living runs, then waiting ones in their order, and the order can be changed", "[ui]") {
  OpenSession open([](const store::Workspace& workspace) {
    test::fill_sample_workspace(workspace, kSample);
    study::RunSettings settings;
    settings.group = "later";
    for (const char* name : {"one", "two"}) {
      settings.name = name;
      store::RunStore(workspace).create(settings);
    }
  });
  SessionModel& session = open.session();
  QueueModel queue(&session);
  REQUIRE(queue.rowCount() == 4);
  CHECK(queue.numWaiting() == 3);
  CHECK(queue.index(0).data().toString().contains("step 13"));
  CHECK(queue.index(1).data() == QVariant("1.  FT, lr 5e-5, seed 44"));
  LorascopeProgram program;
  RunControl control(&session, &program);
  const store::RunId last = queue.runAt(3);
  control.moveInQueue(last, true);
  CHECK(wait_until([&] { return queue.runAt(2) == last; }));
  control.moveInQueue(last, false);
  CHECK(wait_until([&] { return queue.runAt(3) == last; }));
  control.removeFromQueue({last});
  CHECK(wait_until([&] { return queue.numWaiting() == 2; }));
  CHECK(session.run(last)->state == store::RunState::Stopped);
}

}  // namespace
}  // namespace lorascope::ui
