#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QToolButton>
#include <algorithm>
#include <cmath>
#include <set>

#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/table_card.h"
#include "ui/plots/table_data_model.h"
#include "ui/process/lorascope_program.h"
#include "ui/weights/heat_map_card.h"
#include "ui/weights/layer_map.h"
#include "ui/weights/step_slider.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/theme.h"

using namespace lorascope;

namespace {

figures::RunSpectra spectra_of(std::int64_t id, const std::string& method, double size) {
  figures::RunSpectra run;
  run.run.id = id;
  run.run.method = method;
  run.run.group = method == "ft" ? "FT" : "LoRA r 8";
  run.run.settings = method == "ft" ? R"({"method":"ft"})" : R"({"method":"lora","lora":{"rank":8}})";
  for (const std::int64_t step : {10, 20}) {
    for (const int layer : {0, 1}) {
      const double scale = size * static_cast<double>(step) * (layer + 1);
      run.spectra.push_back(
          {step, "encoder.layer." + std::to_string(layer) + ".attention.self.query", {scale, scale}, 100});
    }
  }
  return run;
}

}  // namespace

TEST_CASE("The layer map has the measure of every module at the step that is asked for", "[weights]") {
  const std::vector<figures::RunSpectra> runs = {spectra_of(1, "ft", 1), spectra_of(2, "lora", 3)};
  const figures::RunGroup ft{"FT", {0}, {}};
  const figures::RunGroup lora{"LoRA", {1}, {}};
  using figures::SpectrumMeasure;
  const ui::HeatMap newest = ui::layerMap(runs, ft, nullptr, SpectrumMeasure::Norm, {});
  REQUIRE(newest.rows == std::vector<QString>{"layer 1", "layer 0"});
  REQUIRE(newest.columns == std::vector<QString>{"query"});
  CHECK(newest.at(0, 0) == Approx(40 * std::sqrt(2)));
  CHECK(newest.at(1, 0) == Approx(20 * std::sqrt(2)));
  CHECK(ui::layerMap(runs, ft, nullptr, SpectrumMeasure::Norm, 15).at(1, 0) == Approx(10 * std::sqrt(2)));
  CHECK(std::isnan(ui::layerMap(runs, ft, nullptr, SpectrumMeasure::Norm, 5).at(1, 0)));
  CHECK(ui::layerMap(runs, ft, nullptr, SpectrumMeasure::StableRank, {}).at(1, 0) == Approx(2));
  CHECK(ui::layerMap(runs, ft, nullptr, SpectrumMeasure::RelativeNorm, {}).at(1, 0) == Approx(0.2 * std::sqrt(2)));
  const ui::HeatMap difference = ui::layerMap(runs, lora, &ft, SpectrumMeasure::Norm, {});
  CHECK(difference.diverging);
  CHECK(difference.at(1, 0) == Approx(40 * std::sqrt(2)));
  const figures::TableData table = ui::mapTable(newest);
  CHECK(*table.rows[0].cells[1].value == newest.at(0, 0));
}

TEST_CASE("The layer map opens on the largest cell that every method has", "[weights]") {
  test::qt_application();
  std::vector<figures::RunSpectra> runs = {spectra_of(1, "ft", 1), spectra_of(2, "lora", 3)};
  runs[0].spectra.push_back({20, "encoder.layer.0.output.dense", {900, 900}, 100});
  ui::HeatMapCard both;
  both.setSpectra(runs, {figures::RunGroup{"FT", {0}, {}}, figures::RunGroup{"LoRA", {1}, {}}}, {});
  CHECK(both.chosenLayer() == 1);
  CHECK(both.chosenKind() == "query");
  ui::HeatMapCard alone;
  alone.setSpectra(runs, {figures::RunGroup{"FT", {0}, {}}}, {});
  CHECK(alone.chosenLayer() == 0);
  CHECK(alone.chosenKind() != "query");
}

TEST_CASE("The numbers of a module are means with spreads, single runs below", "[weights]") {
  const std::vector<figures::RunSpectra> runs = {spectra_of(1, "ft", 1), spectra_of(2, "ft", 3)};
  const std::vector<figures::RunGroup> groups = {{"FT", {0, 1}, {}}};
  const auto table = ui::numbersTable(runs, groups, "encoder.layer.0.attention.self.query", 20);
  REQUIRE(table.rows.size() == 3);
  const double mean = (20 + 60) / 2 * std::sqrt(2);
  CHECK(*table.rows[0].cells[4].value == Approx(mean));
  CHECK(*table.rows[0].cells[4].spread == Approx(40 * std::sqrt(2) / std::sqrt(2)));
  CHECK(*table.rows[1].cells[4].value == Approx(20 * std::sqrt(2)));
  CHECK(table.rows[2].run_id == 2);
  CHECK(ui::numbersTable(runs, groups, "nothing", 20).rows[0].cells[1].empty());
}

TEST_CASE("Weights overlay FT and LoRA, follow the chosen cell and the step cursor, and grow live", "[weights]") {
  test::qt_application();
  test::TemporaryFolder folder;
  const auto workspace = store::Workspace::open_or_create(folder.path() / "w");
  const auto runs = test::fill_sample_workspace(workspace);
  ui::SessionModel session;
  session.openWorkspace(QString::fromStdString((folder.path() / "w").string()));
  ui::LorascopeProgram program;
  ui::WeightsTab tab(&session, &program);
  tab.resize(1000, 800);
  tab.show();
  const auto& figure = tab.spectrum()->view()->figure();
  REQUIRE(
      QTest::qWaitFor([&] { return figure.lines.size() >= 2 && tab.map()->view()->map().rows.size() == 6; }, 20000));
  CHECK(tab.map()->view()->map().columns == std::vector<QString>{"query", "value"});

  // The mean over the seeds of FT at the newest step, recomputed from the store.
  tab.chooseModule(2, "query");
  std::set<std::string> methods;
  for (const auto& line : figure.lines) methods.insert(line.style.method);
  CHECK(methods == std::set<std::string>{"ft", "lora"});
  CHECK(figure.y.log);
  CHECK(std::any_of(figure.references.begin(), figure.references.end(),
                    [](const auto& r) { return r.vertical && r.value == 8; }));
  const auto steps = store::RunStore(workspace).spectrum_steps(runs.lora[0]);
  REQUIRE(steps.size() > 2);
  CHECK(tab.numbers()->model()->rowCount() >= 2);

  QSlider* slider = tab.slider()->slider();
  slider->setValue(0);
  REQUIRE(session.stepCursor());
  CHECK(*session.stepCursor() == steps.front());
  session.setStepCursor(steps[1]);
  CHECK(slider->value() >= 1);
  slider->setValue(slider->maximum());
  CHECK_FALSE(session.stepCursor());

  store::MetricWriter writer(workspace, runs.lora[2]);
  for (int layer = 0; layer < 6; ++layer) {
    writer.add_spectrum({9000, "encoder.layer." + std::to_string(layer) + ".attention.self.query", {4, 2, 1}, 10});
  }
  writer.flush();
  REQUIRE(QTest::qWaitFor(
      [&] {
        return slider->maximum() > 0 && tab.map()->view()->map().rows.size() == 6 &&
               figure.note.find("9,000") != std::string::npos;
      },
      20000));
}

TEST_CASE("The page of weights is no wider than the middle of a window of 1280", "[weights]") {
  test::qt_application();
  test::TemporaryFolder folder;
  const auto workspace = store::Workspace::open_or_create(folder.path() / "w");
  test::fill_sample_workspace(workspace);
  ui::SessionModel session;
  session.openWorkspace(QString::fromStdString((folder.path() / "w").string()));
  ui::applyTheme(test::qt_application(), ui::Appearance::Light);
  ui::LorascopeProgram program;
  ui::WeightsTab tab(&session, &program);
  tab.resize(650, 700);
  tab.show();
  REQUIRE(QTest::qWaitFor([&] { return tab.map()->view()->map().rows.size() == 6; }, 20000));
  QTest::qWait(50);
  for (QWidget* card : std::initializer_list<QWidget*>{tab.map(), tab.spectrum(), tab.layers(), tab.numbers()}) {
    CHECK(card->mapTo(&tab, QPoint(card->width(), 0)).x() <= tab.width());
  }
  // Every button is as wide as it needs to be.
  for (const auto* button : tab.findChildren<QToolButton*>()) {
    if (!button->isVisible()) continue;
    INFO(button->accessibleName().toStdString());
    CHECK(button->width() >= button->sizeHint().width());
  }
}

TEST_CASE("Without spectra the tab says so and offers to start", "[weights]") {
  test::qt_application();
  ui::SessionModel session;
  ui::LorascopeProgram program;
  ui::WeightsTab tab(&session, &program);
  tab.resize(800, 600);
  tab.show();
  CHECK_FALSE(tab.map()->isVisible());
}
