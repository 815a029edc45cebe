#include "ui/compare/compare_tab.h"

#include <QDropEvent>
#include <QJsonDocument>
#include <QLabel>
#include <QMimeData>
#include <QTest>
#include <cmath>
#include <fstream>

#include "core/base/files.h"
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
#include "ui/process/lorascope_program.h"
#include "ui/runs/dragged_runs.h"
#include "ui/train/prediction_html.h"
#include "ui/train/train_tab.h"
#include "ui/train/worst_card.h"
#include "ui/weights/adapter_map.h"
#include "ui/weights/intruders_card.h"
#include "ui/weights/matrices_card.h"
#include "ui/weights/measure_figure.h"
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
  WeightAnalysis lora{1, "LoRA", {}, adapterModules(answer)};
  lora.style.method = "lora";
  CHECK(intruderCount(lora.modules[0], 0.5) == 1);
  CHECK(intruderCount(lora.modules[0], 0.75) == 2);
  CHECK(withCounts(lora.modules, 0.65)[1].values.at("intruders") == 1);
  WeightAnalysis ft = lora;
  ft.run = 2;
  ft.name = "FT";
  const std::vector<WeightAnalysis> both = {lora, ft};
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
  CHECK(card->table()->model()->rowCount() == 4);
}

TEST_CASE("The count by chance stands beside the intruders in map, plot and table", "[ui]") {
  const QJsonObject answer = QJsonDocument::fromJson(R"({"modules":{
    "bert.encoder.layer.0.attention.self.query":{"closest":[0.9,0.4,0.3],"random_closest":[0.45,0.9,0.8],
      "in_base_space":[1,0.5],"random_in_base_space":[0.25,0.75],"relative_norm":0.2,"amplification":3,
      "own_amplification":0.5,"random_amplification":4}}})")
                                 .object();
  WeightAnalysis lora{1, "LoRA", {}, withCounts(adapterModules(answer), 0.5)};
  CHECK(lora.modules[0].values.at("random_intruders") == 1);
  CHECK(lora.modules[0].values.at("random_base_share") == 0.5);
  CHECK(withCounts(adapterModules(answer), 0.85)[0].values.at("random_intruders") == 2);
  const AdapterMeasure counts{"intruders", QStringLiteral("intruders"), {}};
  const std::vector<WeightAnalysis> one = {lora};
  const figures::FigureData figure = measureByLayerFigure(one, "query", counts);
  REQUIRE(figure.lines.size() == 2);
  CHECK(figure.lines[0].y == std::vector<double>{2});
  CHECK(figure.lines[1].y == std::vector<double>{1});
  CHECK(figure.lines[1].name == "random update");
  const figures::TableData table = measureTable(one, counts);
  REQUIRE(table.rows.size() == 1);
  CHECK(*table.rows[0].cells[column_of(table, "by chance")].value == 1);
  CHECK(*table.rows[0].cells[column_of(table, "intruders")].value == 2);
}

TEST_CASE("Amplification and tail exponents have a view of FT and LoRA with their floors", "[ui]") {
  const QJsonObject amplified = QJsonDocument::fromJson(R"({"modules":{
    "bert.encoder.layer.0.attention.self.query":{"amplification":2,"own_amplification":0.5,"random_amplification":4,"relative_norm":0.1},
    "bert.encoder.layer.1.attention.self.query":{"amplification":3,"own_amplification":0.6,"random_amplification":5,"relative_norm":0.1},
    "bert.encoder.layer.1.attention.self.value":{"amplification":9,"own_amplification":0.7,"random_amplification":6,"relative_norm":0.1}}})")
                                    .object();
  const QJsonObject tails = QJsonDocument::fromJson(R"({"modules":{
    "bert.encoder.layer.0.attention.self.query":{"alpha":3,"alpha_error":0.25,"base_alpha":2.9,"random_alpha":3.1,"tail":60},
    "bert.encoder.layer.1.attention.self.query":{"alpha":null,"alpha_error":null,"base_alpha":2.5,"random_alpha":2.6,"tail":0}}})")
                                .object();
  OpenSession open(kSample);
  MainWindow window(&open.session());
  MatricesCard* card = window.weightsTab()->matrices();
  CHECK(card->plot()->isHidden());
  WeightAnalysis ft{1, "FT", {}, adapterModules(amplified)}, lora{4, "LoRA", {}, adapterModules(amplified)};
  ft.style.method = "ft";
  lora.style.method = "lora";
  card->setKind("query");
  card->analyses(MatricesCard::View::Amplification)->add(ft);
  const figures::FigureData& figure = card->plot()->view()->figure();
  CHECK_FALSE(card->plot()->isHidden());
  REQUIRE(figure.lines.size() == 3);
  CHECK(figure.y.log);
  CHECK(figure.lines[0].y == std::vector<double>{2, 3});
  CHECK(figure.lines[1].name == "W's own directions");
  CHECK(figure.lines[2].y == std::vector<double>{4, 5});
  card->analyses(MatricesCard::View::Amplification)->add(lora);
  REQUIRE(figure.lines.size() == 6);
  CHECK(figure.lines[5].name == "random directions, LoRA");
  CHECK(card->table()->model()->rowCount() == 6);
  card->setKind("value");
  CHECK(figure.lines[0].y == std::vector<double>{9});
  CHECK(card->doubt()->text().contains("random"));

  card->setView(MatricesCard::View::Alpha);
  CHECK(card->plot()->isHidden());
  WeightAnalysis tail = ft;
  tail.modules = adapterModules(tails);
  card->setKind("query");
  card->analyses(MatricesCard::View::Alpha)->add(tail);
  CHECK_FALSE(figure.y.log);
  // A matrix without a tail has no dot.
  CHECK(figure.lines[0].y == std::vector<double>{3});
  REQUIRE(figure.bands.size() == 1);
  CHECK(figure.bands[0].low == std::vector<double>{2.75});
  CHECK(figure.lines[1].name == "base model");
  CHECK(card->doubt()->text().contains("standard error"));
}

TEST_CASE("Analyses of weights are found again in the workspace", "[ui]") {
  OpenSession open(kSample);
  const store::RunRecord& run = open.session().runs().front();
  const Json stored = {{"analysis", "alpha"},
                       {"subjects", {{{"run", run.id}}}},
                       {"modules", {{"encoder.layer.2.attention.self.query", {{"alpha", 3.5}, {"base_alpha", 3.0}}}}}};
  const std::filesystem::path folder = open.session().workspaceFolder().toStdString();
  write_file_atomically(folder / "artifacts" / "analyses" / "alpha-0123.json", stored.dump());
  write_file_atomically(folder / "artifacts" / "analyses" / "alpha-4567.json", "{not json");
  LorascopeProgram program;
  MatricesCard card(&open.session(), &program);
  card.show();
  const auto& all = card.analyses(MatricesCard::View::Alpha)->all();
  REQUIRE(all.size() == 1);
  CHECK(all[0].run == run.id);
  CHECK(all[0].style.method == run.method);
  CHECK(all[0].modules[0].values.at("alpha") == 3.5);
  CHECK(card.analyses(MatricesCard::View::Amplification)->all().empty());
}

TEST_CASE("The comparison groups by any one setting and says so", "[ui]") {
  OpenSession open(kSample);
  MainWindow window(&open.session());
  CompareTab* compare = window.compareTab();
  window.showTab(QStringLiteral("Compare"));
  window.show();
  compare->setGrouping(figures::Grouping::by("/training/seed"));
  REQUIRE(wait_until([&] { return compare->table()->model()->table().rows.size() == 6; }));
  CHECK(compare->table()->model()->table().rows[0].cells[0].text == "FT, seed 42");
  compare->setGrouping(figures::Grouping::Method);
  CHECK(wait_until([&] { return compare->table()->model()->table().rows[0].cells[0].text == "FT"; }));
}

}  // namespace
}  // namespace lorascope::ui
