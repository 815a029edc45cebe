// Journey 1: the first run on a fresh machine, and a run whose process dies.

#include <signal.h>

#include <QPushButton>
#include <QTest>

#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/ui/journeys/journey.h"
#include "tests/ui/shell/waiting.h"
#include "ui/plots/export_panel.h"
#include "ui/study/study_editor.h"
#include "ui/train/first_batch_view.h"
#include "ui/train/run_header.h"
#include "ui/train/train_tab.h"
#include "ui/weights/spectra_book.h"
#include "ui/weights/weights_tab.h"

namespace lorascope::ui {
namespace {

using store::RunState;
using test::Journey;
using test::wait_until;

TEST_CASE("Journey 1: from the empty window over live curves and spectra to the result", "[ui][journey]") {
  Journey journey("fresh");
  MainWindow& window = journey.window();
  SessionModel& session = journey.session();
  CHECK(journey.button("Open a workspace") != nullptr);
  CHECK(journey.button("Open an adapter folder") != nullptr);
  journey.picture("1-empty");
  journey.press("Run the built-in comparison");
  REQUIRE(wait_until([&] { return session.runs().size() == 2; }, 60000));
  CHECK(wait_until([&] { return !window.trainTab()->firstBatch()->batch().rows.empty(); }, 60000));
  journey.picture("2-first-batch");
  CHECK(wait_until([&] { return !window.weightsTab()->book()->runs().empty(); }, 60000));
  window.showTab("Weights");
  journey.picture("3-spectra");
  REQUIRE(journey.wait_for_runs(2));
  window.showTab("Train");
  journey.picture("4-result");
  for (const char* next : {"Compare", "Inspect a sentence", "Export"})
    CHECK(wait_until([&] { return journey.button(QString::fromUtf8(next), window.trainTab()) != nullptr; }));
  journey.press("Compare", window.trainTab());
  CHECK(wait_until([&] { return !window.trainTab()->isVisible(); }));
  window.showTab("Train");
  journey.press("Export", window.trainTab());
  CHECK(wait_until([&] {
    for (const ExportPanel* panel : window.findChildren<ExportPanel*>())
      if (panel->isVisible()) return true;
    return false;
  }));
  journey.picture("5-export");
}

TEST_CASE("Journey 1: a killed run turns lost, its log is shown, and Resume continues it", "[ui][journey]") {
  Journey journey("lost");
  MainWindow& window = journey.window();
  SessionModel& session = journey.session();
  StudyDraft draft = journey.draft("long", 200000, "7");
  draft.settings["training.checkpoint_every_steps"] = "20";
  draft.methods.erase(draft.methods.begin());
  window.makeStudy();
  window.trainTab()->openEditor(draft);
  journey.press("Start", window.trainTab());
  REQUIRE(wait_until([&] { return session.runs().size() == 1 && session.runs()[0].heartbeat.step > 40; }, 60000));
  const store::RunId id = session.runs()[0].id;
  session.select({id});
  REQUIRE(session.run(id)->pid > 0);
  ::kill(static_cast<pid_t>(session.run(id)->pid), SIGKILL);
  REQUIRE(wait_until([&] { return session.run(id)->state == RunState::Lost; }, 30000));
  const std::int64_t reached = session.run(id)->heartbeat.step;
  const RunHeader* header = window.trainTab()->runHeader();
  REQUIRE(wait_until([&] { return header->button(RunVerb::Resume)->isVisible(); }));
  journey.picture("1-lost");
  journey.press("Show the log");
  QTest::mouseClick(header->button(RunVerb::Resume), Qt::LeftButton);
  REQUIRE(wait_until([&] { return session.run(id)->state == RunState::Running &&
                                  session.run(id)->heartbeat.step > reached + 20; }, 60000));
  journey.picture("2-resumed");
  REQUIRE(wait_until([&] { return header->button(RunVerb::StopAndKeep)->isVisible(); }));
  QTest::mouseClick(header->button(RunVerb::StopAndKeep), Qt::LeftButton);
  CHECK(wait_until([&] { return session.run(id)->state == RunState::Stopped; }, 30000));
}

TEST_CASE("Closing the window ends no run, and opening it again shows where it is", "[ui][journey]") {
  Journey journey("reopen");
  StudyDraft draft = journey.draft("long", 200000, "7");
  draft.methods.pop_back();
  journey.window().makeStudy();
  journey.window().trainTab()->openEditor(draft);
  journey.press("Start", journey.window().trainTab());
  REQUIRE(wait_until([&] {
    return journey.session().runs().size() == 1 && journey.session().runs()[0].heartbeat.step > 10;
  }, 60000));
  const std::int64_t reached = journey.session().runs()[0].heartbeat.step;
  journey.reopen();
  REQUIRE(wait_until([&] {
    return journey.session().runs().size() == 1 && journey.session().runs()[0].heartbeat.step > reached;
  }, 30000));
  CHECK(journey.session().runs()[0].state == RunState::Running);
  const store::RunId id = journey.session().runs()[0].id;
  journey.session().select({id});
  const RunHeader* header = journey.window().trainTab()->runHeader();
  REQUIRE(wait_until([&] { return header->button(RunVerb::StopAndKeep)->isVisible(); }));
  QTest::mouseClick(header->button(RunVerb::StopAndKeep), Qt::LeftButton);
  CHECK(wait_until([&] { return journey.session().run(id)->state == RunState::Stopped; }, 30000));
}

}  // namespace
}  // namespace lorascope::ui
