// Journey 2: a study of one's own, and comparing FT with LoRA down to the weights.

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QTest>
#include <fstream>

#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/ui/journeys/journey.h"
#include "tests/ui/shell/waiting.h"
#include "ui/compare/compare_tab.h"
#include "ui/plots/heat_map_view.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/table_card.h"
#include "ui/plots/table_data_model.h"
#include "ui/study/study_editor.h"
#include "ui/train/train_tab.h"
#include "ui/weights/adapters_card.h"
#include "ui/weights/directions_card.h"
#include "ui/weights/heat_map_card.h"
#include "ui/weights/intruders_card.h"
#include "ui/weights/kept_share_card.h"
#include "ui/weights/map_twin.h"
#include "ui/weights/surgery_card.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/run_box.h"

namespace lorascope::ui {
namespace {

using store::RunState;
using test::Journey;
using test::wait_until;

/// The finished run of a method; 0 without one.
store::RunId run_of(const SessionModel& session, const std::string& method) {
  for (const store::RunRecord& run : session.runs())
    if (run.method == method && !run.parent) return run.id;
  return 0;
}

void make_and_run_study(Journey& journey) {
  MainWindow& window = journey.window();
  window.makeStudy();
  // Dropped on the window, the file is taken for the training data.
  test::drop_on(window, journey.tiny().train_file);
  StudyEditor* editor = window.trainTab()->editor();
  CHECK(wait_until([&] { return editor->draft().train.toStdString() == journey.tiny().train_file; }));
  editor->setDraft(journey.draft("own", 60, "42, 43"));
  REQUIRE(wait_until([&] { return editor->isValid() && editor->numRuns() == 4; }));
  CHECK(editor->toml().contains("training"));
  journey.picture("1-editor");
  journey.press("Start", editor);
  REQUIRE(journey.wait_for_runs(4));
}

void look_at_intruders(Journey& journey) {
  WeightsTab* weights = journey.window().weightsTab();
  journey.window().showTab("Weights");
  REQUIRE(wait_until([&] { return weights->map()->isVisible(); }));
  HeatMapView* map = weights->map()->view();
  const int layer = weights->map()->chosenLayer();
  QTest::mouseClick(map, Qt::LeftButton, {}, map->cellRect(layer == 1 ? 1 : 0, 0).center().toPoint());
  CHECK(weights->map()->chosenLayer() != layer);
  CHECK_FALSE(weights->spectrum()->view()->figure().empty());
  journey.picture("3-spectra");
  weights->intruders()->setThreshold(1);  // every direction counts: the tiny run has none at 0.5
  weights->intruders()->analyse(run_of(journey.session(), "lora"));
  REQUIRE(wait_until([&] { return weights->intruders()->analyses().size() == 1; }, 30000));
  CHECK_FALSE(weights->intruders()->layers()->view()->figure().empty());
}

TEST_CASE("Journey 2: a study of one's own is compared, its weights are looked at and changed", "[ui][journey]") {
  Journey journey("compare");
  MainWindow& window = journey.window();
  SessionModel& session = journey.session();
  make_and_run_study(journey);
  window.showTab("Compare");
  REQUIRE(wait_until([&] { return window.compareTab()->table()->model()->rowCount() >= 2; }, 20000));
  CHECK(wait_until([&] { return window.compareTab()->settings()->model()->rowCount() > 0; }));
  journey.picture("2-compare");

  look_at_intruders(journey);
  WeightsTab* weights = window.weightsTab();
  KeptShareCard* kept = weights->keptShare();
  const store::RunId lora = run_of(session, "lora");
  CHECK(kept->run() == lora);
  QTest::mouseClick(kept->measureButton(), Qt::LeftButton);
  REQUIRE(wait_until([&] { return kept->points().size() == 5 && !kept->isMeasuring(); }, 60000));
  CHECK(kept->points().at(1).scores.contains("f1"));
  CHECK(kept->scorePlot()->view()->figure().lines.at(0).x.size() == 5);
  CHECK(kept->lossPlot()->view()->figure().references.size() == 1);
  // The slider alone measures one more share, after it has stood still.
  QTest::keyClick(kept->slider(), Qt::Key_Left);
  CHECK(wait_until([&] { return kept->points().contains(0.95); }, 30000));
  journey.picture("4-kept-share");
  kept->setShare(0.5);
  QTest::mouseClick(kept->saveButton(), Qt::LeftButton);
  REQUIRE(journey.wait_for_runs(5));
  CHECK(session.runs().back().parent == lora);
  CHECK(session.runs().back().method == "lora");

  SurgeryCard* surgery = weights->surgery();
  surgery->setRun(lora);
  surgery->operation()->setCurrentIndex(SurgeryCard::Rank);
  QTest::mouseClick(surgery->saveButton(), Qt::LeftButton);
  REQUIRE(journey.wait_for_runs(6));
  surgery->operation()->setCurrentIndex(SurgeryCard::Whole);
  // The run stands in the store before its process has ended.
  REQUIRE(wait_until([&] { return surgery->saveButton()->isEnabled(); }, 30000));
  QTest::mouseClick(surgery->saveButton(), Qt::LeftButton);
  REQUIRE(journey.wait_for_runs(7));
  CHECK(session.runs().back().method == "ft");

  DirectionsCard* directions = weights->directions();
  directions->setRun(lora);
  directions->others()->setCurrentIndex(directions->others()->count() - 2);
  QTest::mouseClick(directions->button(), Qt::LeftButton);
  CHECK(wait_until([&] { return directions->map()->view()->map().rows.size() == 3; }, 30000));

  const auto adapter = [&](store::RunId run) {
    return QString::fromStdString((journey.workspace() / "artifacts" / ("run-" + std::to_string(run)) / "adapter").string());
  };
  test::drop_on(window, adapter(lora).toStdString());
  CHECK(wait_until([&] { return weights->adapters()->table()->isVisible(); }, 20000));
  journey.picture("5-adapters");
}

TEST_CASE("A measurement of shares can be cancelled, and an error stands where it arose", "[ui][journey]") {
  Journey journey("cancel");
  make_and_run_study(journey);
  journey.window().showTab("Weights");
  KeptShareCard* kept = journey.window().weightsTab()->keptShare();
  kept->setRun(run_of(journey.session(), "ft"));
  kept->measure({1, 0.5, 0});
  REQUIRE(kept->isMeasuring());
  kept->cancel();
  CHECK_FALSE(kept->isMeasuring());
  std::filesystem::remove(journey.tiny().eval_file);
  QString error;
  kept->measure({1});
  REQUIRE(wait_until([&] { return !kept->isMeasuring(); }, 30000));
  bool told = false;
  for (const QLabel* label : kept->findChildren<QLabel*>()) told = told || label->text().contains("eval.conll");
  CHECK(told);
}

}  // namespace
}  // namespace lorascope::ui
