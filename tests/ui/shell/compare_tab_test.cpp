#include "ui/compare/compare_tab.h"

#include <QDropEvent>
#include <QJsonDocument>
#include <QMimeData>
#include <QTest>
#include <cmath>
#include <fstream>

#include "core/base/json.h"
#include "core/figures/statistics.h"
#include "core/figures/table_text.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/qt_application.h"
#include "tests/ui/shell/waiting.h"
#include "ui/compare/evidence_book.h"
#include "ui/compare/parallel_card.h"
#include "ui/main_window/main_window.h"
#include "ui/plots/plot_card.h"
#include "ui/plots/plot_view.h"
#include "ui/plots/table_card.h"
#include "ui/plots/table_data_model.h"
#include "ui/plots/table_export_panel.h"
#include "ui/runs/dragged_runs.h"
#include "ui/train/prediction_html.h"
#include "ui/train/train_tab.h"
#include "ui/train/worst_card.h"
#include "ui/weights/adapter_map.h"
#include "ui/weights/intruders_card.h"
#include "ui/weights/weights_tab.h"
#include "ui/widgets/theme.h"

namespace lorascope::ui {
namespace {

using test::OpenSession;
using test::wait_until;

const test::SampleOptions kSample = {.num_steps = 40, .spectrum_length = 8, .with_living = false};

/// Sentences of two words; the run is right about `num_right` of them.
void add_predictions(const store::Workspace& workspace, store::RunId run, int num_right) {
  std::vector<store::Prediction> rows;
  for (int i = 0; i < 60; ++i) {
    const Json content = {
        {"words", {"Anna", "sleeps"}}, {"gold", {"B-person", "O"}}, {"guess", {i < num_right ? "B-person" : "O", "O"}}};
    rows.push_back({i, content.dump()});
  }
  store::RunStore(workspace).add_predictions(run, 40, "test", rows);
}

std::size_t column_of(const figures::TableData& table, const std::string& name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return i;
  }
  return std::string::npos;
}

TEST_CASE("The comparison has a baseline, differences and, from stored predictions, intervals and stars", "[ui]") {
  OpenSession open(kSample);
  for (const store::RunRecord& run : open.session().runs())
    add_predictions(open.other(), run.id, run.method == "ft" ? 50 : 20);
  MainWindow window(&open.session());
  window.resize(1280, 800);
  window.show();
  REQUIRE(window.showTab(QStringLiteral("Compare")));
  CompareTab* tab = window.compareTab();
  CHECK(wait_until([&] { return tab->evidence()->evidence().size() == 2; }));
  const auto table = [&]() -> const figures::TableData& { return tab->table()->model()->table(); };
  CHECK(wait_until([&] { return column_of(table(), "p, examples") != std::string::npos; }));
  const std::size_t difference = column_of(table(), "difference");
  REQUIRE(difference != std::string::npos);
  REQUIRE(table().rows.size() == 8);
  CHECK(table().rows[4].cells[difference].mark == "**");
  CHECK(table().rows[4].method == "lora");
  const std::string lora = table().rows[4].cells[0].text;
  tab->setBaseline(lora);
  CHECK(table().rows[0].cells[0].text == lora);
  CHECK(tab->settings()->model()->rowCount() > 0);
  CHECK_FALSE(tab->parallel()->data().empty());
  CHECK(wait_until([&] { return tab->evidence()->evidence().at(lora).examples->difference == 0; }));
}

TEST_CASE("The table's export shows what it writes, with own digits and without single seeds", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  window.showTab(QStringLiteral("Compare"));
  TableCard* card = window.compareTab()->table();
  card->setExportOpen(true);
  TableExportPanel* panel = card->exportPanel();
  const QString file = QString::fromStdString((open.folder() / "table").string());
  const std::pair<const char*, const char*> formats[] = {{".tex", "% needs"}, {".csv", "row,"}, {".md", "| group"}};
  for (const auto& [ending, start] : formats) {
    panel->setFile(file + ending);
    REQUIRE(panel->save());
    std::ifstream stream((file + ending).toStdString());
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    CHECK(text == panel->text());
    CHECK(text.rfind(start, 0) == 0);
  }
  panel->setFile(QStringLiteral("/proc/none/table.csv"));
  CHECK_FALSE(panel->save());
}

TEST_CASE("Runs that are dropped on a page are shown there", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  const store::RunId run = open.session().shownRuns().front();
  open.session().setEyes({run}, false);
  REQUIRE(wait_until([&] { return !open.session().isShown(run); }));
  const std::unique_ptr<QMimeData> data(mimeOf({run}));
  CHECK(runsIn(data.get()) == std::vector<store::RunId>{run});
  QDropEvent drop(QPointF(20, 20), Qt::CopyAction, data.get(), Qt::LeftButton, Qt::NoModifier);
  // Only the window system's own drags reach a widget; its filter is asked here.
  QObject* target = window.compareTab()->findChild<RunDropTarget*>();
  REQUIRE(target != nullptr);
  CHECK(target->eventFilter(window.compareTab(), &drop));
  CHECK(drop.isAccepted());
  CHECK(wait_until([&] { return open.session().isShown(run); }));
}

TEST_CASE("A torn-off tab comes back when its window is closed", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  window.show();
  window.tearOffTab(QStringLiteral("Compare"));
  CHECK(window.compareTab()->window() != &window);
  CHECK(window.compareTab()->isVisible());
  window.compareTab()->window()->close();
  CHECK(window.compareTab()->window() == &window);
  CHECK(window.compareTab()->isVisible());
}

TEST_CASE("The worst predictions of the selected run are listed, right ones are not", "[ui]") {
  OpenSession open(kSample);
  const store::RunId run = open.session().runs().front().id;
  add_predictions(open.other(), run, 57);
  MainWindow window(&open.session());
  window.show();
  open.session().select({run});
  WorstCard* card = window.trainTab()->worst();
  CHECK(wait_until([&] { return card->numShown() == 3; }));
  CHECK(card->text().contains("[O, right: B-person]"));
}

TEST_CASE("Answers are marked in their passage by code points, and choices by their marks", "[ui]") {
  const Colours& colours = coloursOf(Appearance::Light);
  const QString passage = QStringLiteral("Das \U0001F600 Café <liegt> am Fluss");
  const QString html = markedPassage(passage, {6, 10}, {19, 21}, colours);
  CHECK(html.contains("Café</span></u>"));
  CHECK(html.contains("&lt;liegt&gt;"));
  CHECK(html.contains("<b>[am]</b>"));
  const store::Prediction choice{3, R"({"gold":1,"guess":2,"sent1":"A.","sent2":"She","endings":["a","b","c","d"]})"};
  const QString text = predictionHtml(choice, "swag", colours);
  CHECK(text.contains("(right)"));
  CHECK(text.contains("(guessed)"));
  const store::Prediction answer{1, R"({"question":"Where?","gold":["am Fluss"],"guess":"","f1":0,"loss":2.5})"};
  CHECK(predictionHtml(answer, "squad", colours).contains("no answer"));
}

TEST_CASE("What the adapter command says becomes a map by layer and a table", "[ui]") {
  const QJsonObject answer = QJsonDocument::fromJson(R"({"cosine":0.1,"modules":{
    "encoder.layer.0.attention.self.query":{"left_overlap":0.5,"left_random":0.02,"cosine":-0.2,"norms":[1,2]},
    "encoder.layer.1.attention.self.query":{"left_overlap":0.7,"left_random":0.02,"cosine":0.3,"norms":[1,3]},
    "encoder.layer.1.attention.self.value":{"left_overlap":0.1,"left_random":0.02,"cosine":0,"norms":[4,3]}}})")
                                 .object();
  const std::vector<AdapterModule> modules = adapterModules(answer);
  REQUIRE(modules.size() == 3);
  CHECK(modules[1].values.at("norms 2") == 3);
  const std::vector<AdapterMeasure> measures = adapterMeasures(modules);
  REQUIRE(measures.size() == 2);
  const HeatMap map = adapterMap(modules, measures[0]);
  CHECK(map.rows.size() == 2);
  CHECK(map.columns.size() == 2);
  CHECK(map.at(0, 0) == 0.7);
  CHECK(std::isnan(map.at(1, 1)));
  CHECK(adapterMap(modules, measures[1]).diverging);
  CHECK(adapterTable(modules, QStringLiteral("A against B")).rows.size() == 3);
}

TEST_CASE("Intruders are counted anew at every threshold, and all runs stand in one plot", "[ui]") {
  const QJsonObject answer = QJsonDocument::fromJson(R"({"intruders":1,"modules":{
    "bert.encoder.layer.0.attention.self.query":{"intruders":1,"closest":[0.9,0.4,0.7],"relative_norm":0.02},
    "bert.encoder.layer.1.attention.self.query":{"intruders":0,"closest":[0.95,0.8,0.6],"relative_norm":0.01}}})")
                                 .object();
  IntruderAnalysis lora{1, "LoRA", {}, adapterModules(answer)};
  lora.style.method = "lora";
  CHECK(intruderCount(lora.modules[0], 0.5) == 1);
  CHECK(intruderCount(lora.modules[0], 0.75) == 2);
  CHECK(withCounts(lora.modules, 0.65)[1].values.at("intruders") == 1);
  IntruderAnalysis ft = lora;
  ft.run = 2;
  ft.name = "FT";
  const std::vector<IntruderAnalysis> both = {lora, ft};
  const figures::FigureData figure = closestFigure(both, {0, "query"}, 0.5);
  REQUIRE(figure.lines.size() == 2);
  CHECK(figure.lines[0].y == std::vector<double>{0.9, 0.4, 0.7});
  CHECK(figure.references.front().value == 0.5);
  CHECK(closestFigure(both, {7, "query"}, 0.5).empty());
  OpenSession open(kSample);
  MainWindow window(&open.session());
  IntrudersCard* card = window.weightsTab()->intruders();
  card->addAnalysis(lora);
  card->addAnalysis(ft);
  CHECK(card->map()->map().values.size() == 2);
  CHECK(card->plot()->view()->figure().lines.size() == 2);
  card->setThreshold(0.99);
  CHECK(card->map()->map().at(0, 0) == 3);
}

}  // namespace
}  // namespace lorascope::ui
