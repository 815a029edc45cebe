#include <QElapsedTimer>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <cstdint>

#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/mouse.h"
#include "tests/support/qt_application.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"
#include "ui/curves/curve_card.h"
#include "ui/curves/curves_tab.h"
#include "ui/curves/score_table_card.h"
#include "ui/curves/series_source.h"
#include "ui/plots/plot_canvas.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/table_data_model.h"

using namespace lorascope;

namespace {

/// A sample workspace, a session that reads it, and the tab.
struct Fixture {
  test::TemporaryFolder folder;
  store::Workspace workspace;
  test::SampleRuns runs;
  ui::SessionModel session;

  Fixture() : workspace((test::qt_application(), store::Workspace::open_or_create(folder.path() / "w"))) {
    QSettings().clear();
    runs = test::fill_sample_workspace(workspace);
    session.openWorkspace(QString::fromStdString((folder.path() / "w").string()));
  }
};

figures::CurveOptions single_raw() {
  figures::CurveOptions options;
  options.smoothing = 0;
  return options;
}

const figures::Line* line_of(const ui::CurveCard& card, std::int64_t run) {
  for (const auto& line : card.view()->figure().lines) {
    if (line.run_id == run && line.style.role == figures::Role::Main) return &line;
  }
  return nullptr;
}

/// A run's settings that differ in the seed only.
figures::RunSeries series_of_length(const store::RunRecord& record, int num_points, store::RunState state) {
  figures::RunSeries series;
  series.run = record;
  series.run.state = state;
  series.series = "train/loss";
  for (int i = 1; i <= num_points; ++i) series.points.push_back({i, 1.0 / i});
  return series;
}

}  // namespace

TEST_CASE("The curves show every stored point of the shown runs", "[curves]") {
  Fixture f;
  ui::CurvesTab tab(&f.session);
  tab.resize(900, 700);
  tab.show();
  ui::CurveCard& card = *tab.cards()[0];
  card.setOptions(single_raw());
  const std::int64_t run = f.runs.ft[0];
  REQUIRE(QTest::qWaitFor(
      [&] {
        card.rebuild();
        return line_of(card, run) != nullptr && line_of(card, run)->x.size() >= 400;
      },
      20000));
  const auto points = store::RunStore(f.workspace).points(run, "train/loss");
  const figures::Line& line = *line_of(card, run);
  REQUIRE(line.x.size() == points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(line.x[i] == static_cast<double>(points[i].step));
    CHECK(line.y[i] == points[i].value);
  }
  CHECK(tab.cards()[1]->series() == "eval/f1");
  CHECK(QTest::qWaitFor([&] { return tab.scores()->model()->rowCount() >= 2; }, 20000));
}

TEST_CASE("A row that is committed is drawn within a second", "[curves]") {
  Fixture f;
  ui::CurvesTab tab(&f.session);
  tab.show();
  ui::CurveCard& card = *tab.cards()[0];
  card.setOptions(single_raw());
  card.rebuild();
  const std::int64_t run = f.runs.lora[2];  // the living one
  REQUIRE(QTest::qWaitFor([&] { return line_of(card, run) != nullptr; }, 20000));
  store::MetricWriter writer(f.workspace, run);
  // The quickest of several, so that other work on the machine does not decide.
  qint64 quickest = INT64_MAX;
  for (int round = 0; round < 5 && quickest >= 1000; ++round) {
    const std::int64_t step = 10'000 + round;
    writer.add("train/loss", step, 0.125);
    writer.flush();
    QElapsedTimer timer;
    timer.start();
    REQUIRE(QTest::qWaitFor([&] { return line_of(card, run)->x.back() == static_cast<double>(step); }, 20000));
    quickest = std::min(quickest, timer.elapsed());
    CHECK(line_of(card, run)->y.back() == 0.125);
  }
  CHECK(quickest < 1000);
}

TEST_CASE("New rows of a long run are appended and give the figure that a rebuild gives", "[curves]") {
  Fixture f;
  const std::int64_t run = f.runs.lora[2];
  store::MetricWriter writer(f.workspace, run);
  for (int i = 1000; i < 5000; ++i) writer.add("train/loss", i, 1.0 + (i * 7919 % 100) / 100.0);
  writer.flush();
  ui::CurveCard card(&f.session, "train/loss");
  figures::CurveOptions options = single_raw();
  options.smoothing = 0.9;
  card.setOptions(options);
  card.resize(800, 400);
  card.show();
  card.rebuild();
  REQUIRE(
      QTest::qWaitFor([&] { return line_of(card, run) != nullptr && line_of(card, run)->x.back() == 4999; }, 20000));
  QTest::qWait(100);
  QSignalSpy replaced(card.view(), &ui::PlotView::figureChanged);
  for (int i = 5000; i < 5200; ++i) writer.add("train/loss", i, 2.0 + (i * 7919 % 100) / 100.0);
  writer.flush();
  REQUIRE(QTest::qWaitFor([&] { return line_of(card, run)->x.back() == 5199; }, 20000));
  CHECK(replaced.size() == 0);
  const figures::FigureData appended = card.view()->figure();
  card.rebuild();
  QTest::qWait(200);
  const figures::FigureData rebuilt = card.view()->figure();
  REQUIRE(appended.lines.size() == rebuilt.lines.size());
  for (std::size_t i = 0; i < appended.lines.size(); ++i) {
    CHECK(appended.lines[i].x == rebuilt.lines[i].x);
    CHECK(appended.lines[i].y == rebuilt.lines[i].y);
  }
}

TEST_CASE("One step cursor runs through all plots, also by epoch", "[curves]") {
  Fixture f;
  ui::CurvesTab tab(&f.session);
  tab.resize(900, 700);
  tab.show();
  ui::CurveCard& loss = *tab.cards()[0];
  REQUIRE(QTest::qWaitFor([&] { return !loss.view()->figure().empty() && !tab.cards()[1]->view()->figure().empty(); },
                          20000));
  QTest::qWait(100);
  QTest::mouseClick(loss.view(), Qt::LeftButton, {}, loss.view()->toPixels(200, 0.1).toPoint());
  REQUIRE(f.session.stepCursor());
  CHECK(std::abs(*f.session.stepCursor() - 200) <= 2);

  figures::CurveOptions options = loss.options();
  options.x = figures::XSource::Epoch;
  loss.toolbar()->setOptions(options);
  Q_EMIT loss.toolbar()->optionsChanged();
  CHECK(tab.cards()[1]->options().x == figures::XSource::Epoch);
  REQUIRE(QTest::qWaitFor([&] { return ui::xOfStep(f.session, figures::XSource::Epoch, 400).has_value(); }, 20000));
  const double epoch = *ui::xOfStep(f.session, figures::XSource::Epoch, 200);
  CHECK(epoch > 0);
  CHECK(std::abs(*ui::stepOfX(f.session, figures::XSource::Epoch, epoch) - 200) <= 1);
}

TEST_CASE("Plots above one another share their x range, margins and zoom", "[curves]") {
  Fixture f;
  ui::CurvesTab tab(&f.session);
  tab.resize(900, 800);
  tab.show();
  ui::PlotView* loss = tab.cards()[0]->view();
  ui::PlotView* score = tab.cards()[1]->view();
  REQUIRE(QTest::qWaitFor([&] { return !loss->figure().empty() && !score->figure().empty(); }, 20000));
  QTest::qWait(300);
  CHECK(loss->rangeX() == score->rangeX());
  CHECK(loss->toPixels(100, 1).x() == Approx(score->toPixels(100, 1).x()).margin(0.01));
  loss->zoomTo({100, 200});
  CHECK(score->rangeX() == ui::Range{100, 200});
  score->showAll();
  CHECK_FALSE(loss->isZoomed());
}

TEST_CASE("Hovering a curve lights its row's run and the other way round", "[curves]") {
  Fixture f;
  ui::CurvesTab tab(&f.session);
  tab.resize(900, 700);
  tab.show();
  ui::CurveCard& card = *tab.cards()[1];
  figures::CurveOptions options = single_raw();
  card.setOptions(options);
  const std::int64_t run = f.runs.ft[0];
  REQUIRE(QTest::qWaitFor(
      [&] {
        card.rebuild();
        return line_of(card, run) != nullptr;
      },
      20000));
  const auto hover_a_point = [&] {
    const figures::Line* line = line_of(card, run);
    if (line == nullptr) return;
    const QPointF at = card.view()->toPixels(line->x[5], line->y[5]);
    test::move_mouse(*card.view(), at);
  };
  REQUIRE(QTest::qWaitFor(
      [&] {
        hover_a_point();
        return f.session.hoverRun() != 0;
      },
      20000));
  f.session.setHoverRun(run);
  const auto index = static_cast<std::size_t>(line_of(card, run) - card.view()->figure().lines.data());
  CHECK(QTest::qWaitFor([&] { return card.view()->canvas()->graphOf(index)->pen().widthF() > 2; }, 20000));
}

TEST_CASE("Without runs there is one sentence and a button; hidden runs can be shown again", "[curves]") {
  test::qt_application();
  ui::SessionModel session;
  ui::CurvesTab tab(&session);
  QSignalSpy wished(&tab, &ui::CurvesTab::trainRequested);
  tab.resize(800, 600);
  tab.show();
  QPushButton* start = nullptr;
  for (auto* button : tab.findChildren<QPushButton*>()) {
    if (button->isVisible()) start = button;
  }
  REQUIRE(start != nullptr);
  QTest::mouseClick(start, Qt::LeftButton);
  CHECK(wished.size() == 1);
}

TEST_CASE("A run behind its group does not cut the group's mean short", "[curves]") {
  Fixture f;
  const auto records = store::RunStore(f.workspace).list();
  const auto record = [&](std::int64_t id) {
    return *std::find_if(records.begin(), records.end(), [id](const auto& r) { return r.id == id; });
  };
  std::vector<figures::RunSeries> runs = {series_of_length(record(f.runs.lora[0]), 100, store::RunState::Finished),
                                          series_of_length(record(f.runs.lora[1]), 100, store::RunState::Finished),
                                          series_of_length(record(f.runs.lora[2]), 3, store::RunState::Running)};
  figures::CurveOptions options;
  options.grouping = figures::Grouping::Setting;
  const figures::FigureData figure = ui::liveFigure(runs, options);
  const auto mean =
      std::find_if(figure.lines.begin(), figure.lines.end(), [](const auto& line) { return line.run_id == 0; });
  REQUIRE(mean != figure.lines.end());
  CHECK(mean->x.size() == 100);
  const auto living = std::find_if(figure.lines.begin(), figure.lines.end(),
                                   [&](const auto& line) { return line.run_id == f.runs.lora[2]; });
  REQUIRE(living != figure.lines.end());
  CHECK(living->style.role == figures::Role::Main);
  CHECK(living->name.find("seed 44") != std::string::npos);
  runs[2].run.state = store::RunState::Failed;
  const figures::FigureData ended = ui::liveFigure(runs, options);
  const auto failed = std::find_if(ended.lines.begin(), ended.lines.end(),
                                   [&](const auto& line) { return line.run_id == f.runs.lora[2]; });
  REQUIRE(failed != ended.lines.end());
  CHECK(failed->style.role == figures::Role::Single);
}
