#include "ui/main_window/session_model.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTimer>
#include <iostream>

#include "core/store/liveness.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/ui/shell/waiting.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 40, .spectrum_length = 8, .with_living = true, .with_trouble = true};

std::size_t num_points(SessionModel& session, store::RunId id, const std::string& series) {
  const RunData* data = session.data(id);
  if (data == nullptr || !data->series.contains(series)) return 0;
  return data->series.at(series).size();
}

TEST_CASE("Opening shows the runs of the newest study and reads their curves", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  CHECK(session.runs().size() == 10);
  CHECK(session.studiesInView() == std::set<std::string>{"Paper, WNUT17, MiniLM"});
  REQUIRE(session.shownRuns().size() == 6);
  const store::RunId first = session.shownRuns().front();
  CHECK(wait_until([&] { return num_points(session, first, "train/loss") == 40; }));
  CHECK(session.data(first)->evaluations.size() == 10);
  CHECK(session.data(first)->spectra.empty());
  CHECK(num_points(session, first, "train/lr") == 0);
  session.wantSeries({QStringLiteral("train/lr")});
  session.wantSpectra();
  CHECK(wait_until([&] { return num_points(session, first, "train/lr") == 40; }));
  CHECK(wait_until([&] { return session.data(first)->spectra.size() == 10 * 12; }));
  CHECK(num_points(session, first, "train/loss") == 40);
}

TEST_CASE("A row that another connection writes arrives within a second, and only new rows are read", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  const store::RunId id = session.runs().back().id;
  REQUIRE(wait_until([&] { return num_points(session, id, "train/loss") == 26; }));
  QSignalSpy spy(&session, &SessionModel::newPoints);
  store::MetricWriter writer(open.other(), id);
  QElapsedTimer timer;
  qint64 quickest = 1000000;
  for (int step = 27; step <= 30; ++step) {
    timer.start();
    writer.add("train/loss", step, 0.5);
    writer.flush();
    const auto expected = static_cast<std::size_t>(step);
    CHECK(wait_until([&] { return num_points(session, id, "train/loss") == expected; }));
    quickest = std::min(quickest, timer.elapsed());
  }
  // The quickest of four: a busy machine may hold up any one of them.
  CHECK(quickest < 1000);
  CHECK(session.data(id)->series.at("train/loss").back().step == 30);
  CHECK(spy.count() >= 4);
}

TEST_CASE("A run that goes back to its checkpoint is read again from the start", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  const store::RunId id = session.runs().back().id;
  REQUIRE(wait_until([&] { return num_points(session, id, "train/loss") == 26; }));
  QSignalSpy reset(&session, &SessionModel::dataReset);
  store::RunStore runs(open.other());
  runs.forget_after(id, 20);
  runs.write_heartbeat(id, {.time = 0, .step = 20, .total_steps = 40, .phase = "training"});
  CHECK(wait_until([&] { return num_points(session, id, "train/loss") == 20; }));
  CHECK(reset.count() == 1);
}

TEST_CASE("Choosing a run of another study brings that study into view", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  QSignalSpy shown(&session, &SessionModel::shownRunsChanged);
  const store::RunId failed = session.runs().front().id;
  session.select({failed});
  CHECK(session.studiesInView() == std::set<std::string>{"Learning rates"});
  CHECK(shown.count() == 1);
  CHECK(session.shownRuns().size() == 4);
  CHECK(wait_until([&] { return session.data(failed) != nullptr && !session.data(failed)->events.empty(); }));
  CHECK(session.data(failed)->first_batch.has_value());
  session.setStudyInView("Paper, WNUT17, MiniLM", true);
  CHECK(session.shownRuns().size() == 10);
}

TEST_CASE("A living run whose process is gone turns lost under the eyes of the window", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  const store::RunId id = session.runs().back().id;
  store::RunStore runs(open.other());
  runs.set_process(id, 999999, 1);
  runs.write_heartbeat(id, {.time = 1000, .step = 26, .total_steps = 40, .phase = "training"});
  CHECK(wait_until([&] { return session.run(id)->state == store::RunState::Lost; }));
}

TEST_CASE("A folder that is no workspace is refused with words, and nothing is made there", "[ui]") {
  OpenSession open(kSample);
  test::TemporaryFolder folder;
  QSignalSpy failed(&open.session(), &SessionModel::failed);
  open.session().openWorkspace(QString::fromStdString((folder.path() / "nothing").string()));
  REQUIRE(wait_until([&] { return failed.count() == 1; }));
  CHECK_FALSE(failed.front().front().toString().isEmpty());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "nothing"));
  CHECK(open.session().runs().size() == 10);
}

TEST_CASE("Selection, pointer and step cursor tell of changes, once each", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  QSignalSpy hover(&session, &SessionModel::hoverRunChanged);
  QSignalSpy cursor(&session, &SessionModel::stepCursorChanged);
  session.setHoverRun(2);
  session.setHoverRun(2);
  session.setStepCursor(100);
  session.setStepCursor(100);
  session.setStepCursor({});
  CHECK(hover.count() == 1);
  CHECK(cursor.count() == 2);
}

TEST_CASE("The UI thread is not held up while a run of 200,000 points is read", "[ui]") {
  OpenSession open([](const store::Workspace& workspace) { test::fill_long_run(workspace, 200000); });
  SessionModel& session = open.session();
  QElapsedTimer since_tick;
  since_tick.start();
  qint64 longest = 0;
  QTimer ticks;
  QObject::connect(&ticks, &QTimer::timeout, [&] { longest = std::max(longest, since_tick.restart()); });
  ticks.start(5);
  CHECK(wait_until([&] { return num_points(session, session.runs().front().id, "train/loss") == 200000; }, 20000));
  // 7 ms where nothing else runs; the bound leaves room for a busy machine.
  CHECK(longest < 1500);
}

}  // namespace
}  // namespace lorascope::ui
