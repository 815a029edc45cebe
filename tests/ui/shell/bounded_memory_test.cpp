// What a window that stays open for days keeps: as much as it needs, however long the runs are that it watches.

#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>

#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/curves_tab.h"
#include "ui/log/event_model.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/spectra_history.h"
#include "ui/main_window/watchdog.h"
#include "ui/plots/picture_preview.h"
#include "ui/plots/plot_view.h"
#include "ui/weights/spectra_book.h"
#include "ui/widgets/chip.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 40, .spectrum_length = 8, .with_living = true, .with_trouble = false};

std::vector<store::Spectrum> spectra_of(int num_steps, std::size_t num_values, int first = 0) {
  std::vector<store::Spectrum> spectra;
  for (int step = first; step < first + num_steps; ++step) {
    for (const char* module : {"query", "value"}) {
      spectra.push_back({step, module, std::vector<double>(num_values, step), 1});
    }
  }
  return spectra;
}

TEST_CASE("Spectra of long runs are thinned evenly, whole steps at a time", "[ui]") {
  const SpectraLimits limits{.steps = 50, .values = 10'000};
  std::vector<store::Spectrum> few = spectra_of(50, 4);
  CHECK_FALSE(thinSpectra(few, limits));
  CHECK(few.size() == 100);
  // A run that goes on: as many as that are kept, from the first step to the newest, without a large hole.
  std::vector<store::Spectrum> kept;
  for (int step = 0; step < 1000; ++step) {
    for (store::Spectrum& one : spectra_of(1, 4, step)) kept.push_back(std::move(one));
    thinSpectra(kept, limits);
    REQUIRE(kept.size() <= 100);
    REQUIRE(kept.front().step == 0);
    REQUIRE(kept.back().step == step);
  }
  CHECK(kept.size() >= 40);
  std::int64_t widest = 0;
  for (std::size_t i = 0; i < kept.size(); i += 2) {
    REQUIRE(kept[i].step == kept[i + 1].step);
    CHECK(kept[i].module == "query");
    CHECK(kept[i + 1].module == "value");
    CHECK(kept[i].values.front() == static_cast<double>(kept[i].step));
    if (i > 0) widest = std::max(widest, kept[i].step - kept[i - 2].step);
  }
  CHECK(widest <= 4 * 1000 / 25);
  // Large ones are fewer.
  std::vector<store::Spectrum> large = spectra_of(40, 1000);
  CHECK(thinSpectra(large, limits));
  CHECK(large.size() <= 2 * 5);
  std::vector<store::Spectrum> two = spectra_of(2, 100'000);
  CHECK_FALSE(thinSpectra(two, limits));
}

TEST_CASE("The window keeps a bounded history of spectra and its views follow", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  SpectraBook book(&session);
  const store::RunId id = session.runs().back().id;
  const auto known = [&] { return session.data(id) != nullptr ? session.data(id)->spectra.size() : 0; };
  REQUIRE(wait_until([&] { return known() > 0; }));
  const std::int64_t first = session.data(id)->spectra.front().step;
  store::RunStore runs(open.other());
  runs.add_spectra(id, spectra_of(390, 2, 1000));
  REQUIRE(wait_until([&] { return session.data(id)->spectra.back().step == 1389; }));
  runs.add_spectra(id, spectra_of(100, 2, 1390));
  REQUIRE(wait_until([&] { return session.data(id)->spectra.back().step == 1489; }));
  CHECK(session.data(id)->spectra_thinned > 0);
  CHECK(session.data(id)->spectra.front().step == first);
  const auto of_book = [&]() -> const std::vector<store::Spectrum>* {
    for (const auto& run : book.runs()) {
      if (run.run.id == id) return &run.spectra;
    }
    return nullptr;
  };
  CHECK(wait_until([&] { return of_book() != nullptr && of_book()->size() == known(); }));
  const auto& spectra = session.data(id)->spectra;
  for (std::size_t i = 0; i < spectra.size(); ++i) REQUIRE((*of_book())[i].step == spectra[i].step);
}

TEST_CASE("Of a log that grows without end the newest lines stay", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  const store::RunId id = session.runs().back().id;
  session.select({id});
  EventModel log(&session);
  const auto newest = [&] {
    const RunData* data = session.data(id);
    return data != nullptr && !data->events.empty() ? data->events.back().text : std::string();
  };
  store::MetricWriter writer(open.other(), id);
  for (int batch = 0; batch < 3; ++batch) {
    for (int i = 0; i < 9000; ++i) writer.add_event("info", std::to_string(batch) + " " + std::to_string(i));
    writer.flush();
    REQUIRE(wait_until([&] { return newest() == std::to_string(batch) + " 8999"; }));
  }
  CHECK(session.data(id)->events.size() <= 2 * RunData::kMostEvents);
  CHECK(session.data(id)->events.size() >= RunData::kMostEvents);
  CHECK(session.data(id)->num_events_before > 0);
  CHECK(log.rowCount() <= static_cast<int>(2 * RunData::kMostEvents));
  CHECK(log.newestLine().endsWith(QStringLiteral("2 8999")));
  writer.add_event("info", "one more");
  writer.flush();
  CHECK(wait_until([&] { return log.newestLine().endsWith(QStringLiteral("one more")); }));
}

TEST_CASE("Undo goes back two hundred steps and no further", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  for (int i = 0; i < 250; ++i) window.undoStack()->push(new QUndoCommand(QString::number(i)));
  CHECK(window.undoStack()->count() == 200);
}

TEST_CASE("The watchdog counts all long turns and describes the newest", "[ui]") {
  test::qt_application();
  Watchdog watchdog(-1);  // every turn is longer than that
  for (int i = 0; i < 600; ++i) {
    watchdog.beginTurn();
    watchdog.endTurn();
  }
  CHECK(watchdog.numBlocks() == 600);
  CHECK(watchdog.blocks().size() == Watchdog::kMostBlocks);
  watchdog.clear();
  CHECK(watchdog.numBlocks() == 0);
}

TEST_CASE("A swatch of one colour is one pixmap", "[ui]") {
  test::qt_application();
  CHECK(swatchPixmap(Qt::red, 10, 1).cacheKey() == swatchPixmap(Qt::red, 10, 1).cacheKey());
  CHECK(swatchPixmap(Qt::red, 10, 1).cacheKey() != swatchPixmap(Qt::blue, 10, 1).cacheKey());
  CHECK(swatchPixmap(Qt::red, 10, 1).cacheKey() != swatchPixmap(Qt::red, 10, 2).cacheKey());
}

TEST_CASE("A preview that nobody sees holds no picture", "[ui]") {
  test::qt_application();
  PicturePreview preview;
  preview.show();
  preview.setPicture(QImage(40, 30, QImage::Format_RGB32));
  CHECK_FALSE(preview.picture().isNull());
  preview.hide();
  CHECK(preview.picture().isNull());
}

TEST_CASE("Curves out of sight wait, and catch up when they are seen", "[ui]") {
  OpenSession open(kSample);
  SessionModel& session = open.session();
  const store::RunId id = session.runs().back().id;
  session.select({id});
  MainWindow window(&session);
  window.resize(1280, 800);
  window.show();
  window.showTab(QStringLiteral("Curves"));
  const CurveCard* card = window.findChild<CurvesTab*>()->cards().front();
  const auto last = [&] {
    double x = -1;
    for (const auto& line : card->view()->figure().lines) {
      if (line.run_id == id && !line.x.empty()) x = std::max(x, line.x.back());
    }
    return x;
  };
  REQUIRE(wait_until([&] { return last() == 26; }));
  window.showTab(QStringLiteral("Compare"));
  QSignalSpy points(&session, &SessionModel::newPoints);
  store::MetricWriter writer(open.other(), id);
  writer.add("train/loss", 27, 0.5);
  writer.flush();
  REQUIRE(wait_until([&] { return points.count() > 0; }));
  QTest::qWait(100);  // longer than the card gathers rows
  CHECK(last() == 26);
  window.showTab(QStringLiteral("Curves"));
  CHECK(wait_until([&] { return last() == 27; }));
}

}  // namespace
}  // namespace lorascope::ui
