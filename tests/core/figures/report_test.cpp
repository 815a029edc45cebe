#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/figures/content.h"
#include "core/figures/paper_tables.h"
#include "core/figures/report_content.h"
#include "core/figures/report_presets.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "tests/core/figures/records.h"
#include "tests/support/catch.h"
#include "tests/support/sample_workspace.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::figures;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Sample {
  test::TemporaryFolder folder;
  store::Workspace workspace = store::Workspace::open_or_create(folder.path());
  test::SampleRuns runs =
      test::fill_sample_workspace(workspace, {.num_steps = 40, .spectrum_length = 16, .with_living = false});

  std::vector<store::RunRecord> all() const { return store::RunStore(workspace).list(); }

  /// A further finished seed of full fine-tuning.
  store::RunId add_seed(std::uint64_t seed, double f1) {
    const store::RunRecord first = store::RunStore(workspace).get(runs.ft[0]);
    study::RunSettings settings = study::RunSettings::from_json(first.settings);
    settings.training.seed = seed;
    settings.name = "seed " + std::to_string(seed);
    store::RunStore store(workspace);
    const store::RunId id = store.create(settings, first.study_id);
    store.set_result(id, {.scores = {{"test", {{"f1", f1}}}}, .seconds = 60});
    store.add_evaluation(
        id, {.step = 40, .epoch = 10, .split = "eval", .scores = {{"f1", f1}}, .seconds = 1, .time = 1});
    store.set_state(id, store::RunState::Finished);
    return id;
  }
};

HeatMapData one_cell() {
  HeatMapData map;
  map.rows = {"1"};
  map.columns = {"a"};
  map.values = {1};
  return map;
}

ReportQuery query_of(const Sample& sample, ReportKind kind) {
  ReportQuery query;
  query.kind = kind;
  query.series = "eval/f1";
  query.curves.grouping = Grouping::Setting;
  query.runs = selection_of(sample.all(), sample.all());
  return query;
}

store::FigureRecord record_of(const ReportQuery& query) {
  store::FigureRecord record;
  record.label = "fig:f1";
  record.query = query.to_json();
  return record;
}

}  // namespace

TEST_CASE("Content comes back from JSON as it was, with gaps, bands, styles and marks", "[figures]") {
  FigureData figure;
  figure.title = "Loss – \"α\"";
  figure.x.label = "step";
  figure.x.whole_numbers = true;
  figure.x.maximum = 10;
  figure.y.label = "loss";
  figure.y.unit = "nats";
  figure.y.log = true;
  figure.lines.push_back({"FT", {1, 2, 3}, {0.1, kNan, 1.0 / 3}, {.method = "ft", .colour = Rgb{1, 2, 255}}, Shape::Bars, 7});
  figure.bands.push_back({"band", {1, 2}, {0, 0.5}, {1, 1.5}, {.method = "lora", .variation = 1, .num_variations = 3}});
  figure.references.push_back({true, 8, "r = 8", LineStyle{.method = "lora"}});
  const std::string once = content_json(figure);
  const auto back = std::get<FigureData>(content_from_json(once));
  CHECK(content_json(back) == once);
  CHECK(back.lines[0].y[2] == 1.0 / 3);
  CHECK(std::isnan(back.lines[0].y[1]));
  CHECK(back.lines[0].style == figure.lines[0].style);
  CHECK(back.references[0].style->method == "lora");
  CHECK(back.x.maximum == 10.0);
  CHECK_FALSE(back.x.minimum.has_value());

  TableData table;
  table.title = "Scores";
  table.columns = {{"run", ""}, {"F1", "%", Align::Right, 3, Better::Higher}};
  table.rows.push_back({{{.text = "FT", .value = {}, .spread = {}}, {.text = "", .value = 40.25, .spread = 0.5, .best = true, .mark = "*"}}, 1, "ft", 3});
  const auto same = std::get<TableData>(content_from_json(content_json(table)));
  CHECK(content_json(same) == content_json(table));
  CHECK(same.rows[0].cells[1].mark == "*");
  CHECK(same.columns[1].better == Better::Higher);

  HeatMapData map = one_cell();
  map.columns = {"a", "b"};
  map.values = {1, kNan};
  map.unit = "%";
  map.diverging = true;
  CHECK(content_json(content_from_json(content_json(map))) == content_json(map));
  ParallelData parallel;
  parallel.axes = {{"lr", {}, 0, 1, true}, {"kind", {"a", "b"}}};
  parallel.lines = {{"one", {0.5, 1}, {.method = "ft"}, 3}};
  CHECK(content_json(content_from_json(content_json(parallel))) == content_json(parallel));
}

TEST_CASE("Damaged content and queries are refused", "[figures]") {
  for (const char* text : {"", "[]", "{}", "{\"content\":\"film\"}", "{\"content\":\"table\",\"rows\":[{\"cells\":[{}]}]}",
                           "{\"content\":\"heat map\",\"values\":[1],\"rows\":[],\"columns\":[]}",
                           "{\"content\":\"figure\",\"lines\":[{\"x\":[1],\"y\":[]}]}", "{\"content\":\"figure\",\"lines\":3}"}) {
    INFO(text);
    CHECK_THROWS_AS(content_from_json(text), StoreError);
  }
  for (const char* text : {"", "3", "{}", "{\"kind\":\"film\"}", "{\"kind\":\"curves\",\"step\":\"x\"}"}) {
    INFO(text);
    CHECK_THROWS_AS(ReportQuery::from_json(text), StoreError);
  }
}

TEST_CASE("A query comes back from JSON as it was", "[figures]") {
  ReportQuery query;
  query.kind = ReportKind::LayerMap;
  query.runs = {{{3, "wnut17", "lora", "LoRA r 8"}}, {5}};
  query.curves = {.x = XSource::Epoch, .log_y = true, .smoothing = 0.6, .grouping = Grouping::Method, .band = BandKind::Interval, .outliers = false};
  query.measure = SpectrumMeasure::RelativeNorm;
  query.step = 40;
  query.group = "a";
  query.x_range = Range{1, 2};
  query.fixed = std::make_shared<const Content>(one_cell());
  const ReportQuery back = ReportQuery::from_json(query.to_json());
  CHECK(back.to_json() == query.to_json());
  CHECK(back.runs == query.runs);
  CHECK(back.curves.x == XSource::Epoch);
  CHECK(back.measure == SpectrumMeasure::RelativeNorm);
  query.curves.grouping = Grouping::by("/lora/rank");
  CHECK(ReportQuery::from_json(query.to_json()).curves.grouping == Grouping::by("/lora/rank"));
  CHECK_FALSE(ReportQuery::from_json(query.to_json()).curves.grouping == Grouping::by("/lora/alpha"));
}

TEST_CASE("A pinned figure takes in seeds that arrive later and keeps its style", "[figures]") {
  Sample sample;
  store::FigureRecord record = record_of(query_of(sample, ReportKind::Scores));
  ReportStyle style;
  style.render.width_cm = 8.5;
  style.digits["test F1"] = 1;
  style.single_runs = false;
  record.style = style.to_json();
  const ReportItem before = report_item(sample.workspace, record, sample.all());
  REQUIRE(before.problem.empty());
  sample.add_seed(45, 0.9);
  const ReportItem after = report_item(sample.workspace, record, sample.all());
  CHECK(after.style == style);
  CHECK(after.runs.size() == before.runs.size() + 1);
  const auto& first = std::get<TableData>(before.content);
  const auto& second = std::get<TableData>(after.content);
  REQUIRE(first.rows.size() == 2);
  CHECK(*second.rows[0].cells[1].value == *first.rows[0].cells[1].value + 1);
  CHECK(*second.rows[0].cells[2].value != *first.rows[0].cells[2].value);
  CHECK(second.columns[2].digits == 1);
  CHECK_THAT(after.caption, Catch::Contains("n = 4 runs (seeds 42, 43, 44, 45)"));
}

TEST_CASE("Runs that were not chosen stay out, those of other groups too", "[figures]") {
  Sample sample;
  const std::vector<store::RunRecord> all = sample.all();
  std::vector<store::RunRecord> chosen;
  for (const store::RunRecord& run : all) {
    if (run.id == sample.runs.ft[0] || run.id == sample.runs.ft[2]) chosen.push_back(run);
  }
  const RunSelection selection = selection_of(chosen, all);
  CHECK(selection.without == std::vector<store::RunId>{sample.runs.ft[1]});
  CHECK(selected_runs(selection, all).size() == 2);
  sample.add_seed(46, 0.4);
  CHECK(selected_runs(selection, sample.all()).size() == 3);
}

TEST_CASE("Generated captions state what is drawn, n, seeds and the kind of interval", "[figures]") {
  Sample sample;
  ReportQuery query = query_of(sample, ReportKind::Curves);
  query.curves.band = BandKind::MinMax;
  const ReportItem item = report_item(sample.workspace, record_of(query), sample.all());
  CHECK_THAT(item.caption, Catch::Contains("against step."));
  CHECK_THAT(item.caption, Catch::Contains("smallest to largest"));
  CHECK_THAT(item.caption, Catch::Contains("FT, lr 5e-5: n = 3 runs (seeds 42, 43, 44)"));
  query.curves.band = BandKind::Interval;
  for (const std::uint64_t seed : {45, 46}) sample.add_seed(seed, 0.42);
  const ReportItem with_intervals = report_item(sample.workspace, record_of(query), sample.all());
  CHECK_THAT(with_intervals.caption, Catch::Contains("n = 5 runs"));
  store::FigureRecord own = record_of(query);
  own.caption = "Mine.";
  CHECK(report_item(sample.workspace, own, sample.all()).caption == "Mine.");
}

TEST_CASE("Captions count the runs that the numbers come from, not those that failed or have not begun", "[figures]") {
  Sample sample;
  const store::RunId failed = sample.add_seed(45, 0.4);
  store::RunStore(sample.workspace).set_state(failed, store::RunState::Failed, "out of memory");
  const store::RunRecord first = store::RunStore(sample.workspace).get(sample.runs.ft[0]);
  store::RunStore(sample.workspace).create(study::RunSettings::from_json(first.settings), first.study_id);
  for (const ReportKind kind : {ReportKind::Scores, ReportKind::Comparison}) {
    const ReportItem item = report_item(sample.workspace, record_of(query_of(sample, kind)), sample.all());
    CHECK_THAT(item.caption, Catch::Contains("FT, lr 5e-5: n = 3 runs (seeds 42, 43, 44)"));
  }
  ReportQuery map = query_of(sample, ReportKind::LayerMap);
  map.group = "LoRA r 8, lr 1e-3";
  const ReportItem item = report_item(sample.workspace, record_of(map), sample.all());
  CHECK_THAT(item.caption, Catch::Contains("LoRA r 8, lr 1e-3: n = 3 runs") && !Catch::Contains("FT"));
}

TEST_CASE("A figure whose runs are gone or whose row is damaged says so", "[figures]") {
  Sample sample;
  store::FigureRecord record = record_of(query_of(sample, ReportKind::Scores));
  CHECK_THAT(report_item(sample.workspace, record, {}).problem, Catch::Contains("gone"));
  record.query = "{";
  CHECK_FALSE(report_item(sample.workspace, record, sample.all()).problem.empty());
}

TEST_CASE("Every preset gives figures and tables that all exports take", "[figures]") {
  Sample sample;
  const std::vector<store::RunRecord> all = sample.all();
  for (const ReportPreset& preset : report_presets()) {
    INFO(preset.id);
    const std::vector<ReportQuery> queries = preset_queries(sample.workspace, preset.id, all, all);
    // The sample has no mixtures.
    CHECK(queries.empty() == (preset.id == "mixtures" || preset.id == "scalings"));
    const bool of_other_task = preset.id == "table-2" || preset.id == "table-3";
    for (const ReportQuery& query : queries) {
      const ReportItem item = report_item(sample.workspace, record_of(query), all);
      CHECK(item.problem.empty() != of_other_task);
      if (of_other_task) continue;
      CHECK_FALSE(item_latex(item).empty());
      CHECK_FALSE(content_csv(item.content).empty());
      CHECK_FALSE(content_table(item.content).rows.empty());
      if (!is_table(item.content)) CHECK_FALSE(render_svg(layout_content(item.content)).empty());
    }
  }
  CHECK(preset_queries(sample.workspace, "film", all, all).empty());
  TableData scores;
  scores.title = "Scores";
  CHECK(new_label(scores, {"tab:scores", "tab:scores-2"}) == "tab:scores-3");
}

TEST_CASE("Table 6 counts mixtures as the paper does and once", "[figures]") {
  CHECK(encoder_parameters({}) == 109482240);
  CHECK(gate_parameters({}, 8, 2048, 3) == 26900552);
  CHECK(gate_parameters({}, 1, 2048, 3) == 55368);
  CHECK(adapter_parameters({}, 8) == 294912);
  const TableData table = paper_table(6, {});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].cells[4].value == 164168080.0);
  CHECK(table.rows[0].cells[5].value == 53801104.0);
  CHECK(table.rows[1].cells[4].value == 392645920.0);
  CHECK(table.rows[1].cells[5].value == 57504032.0);
  CHECK(table.rows[0].cells[2].value == 164168080.0 - 26900552);
  CHECK_THROWS_AS(paper_table(7, {}), UsageError);
}

TEST_CASE("Tables 1 to 5 have a row a model and method, and quoted numbers below", "[figures]") {
  std::vector<store::RunRecord> runs;
  for (std::uint64_t seed : {1, 2}) {
    store::RunRecord run = test::make_run(static_cast<std::int64_t>(seed), "ft", seed, 5e-5, "FT");
    run.state = store::RunState::Finished;
    run.result.seconds = 100.0 * static_cast<double>(seed);
    run.result.parameters_trainable = 1000;
    run.result.scores["test"] = {{"f1", 0.4 + 0.1 * static_cast<double>(seed)}, {"accuracy", 0.9}};
    runs.push_back(run);
  }
  study::Reference known;
  known.source = "[A] Table 5";
  known.task = "wnut17";
  known.model = "default";
  known.method = "ft";
  known.values = {{"f1", 0.445}, {"seconds", 120.19}};
  const std::vector<study::Reference> references = {known};
  CHECK(paper_table(1, runs).rows.size() == 1);
  const TableData time = paper_table(4, runs, references);
  REQUIRE(time.rows.size() == 1);
  CHECK(time.rows[0].cells[2].value == 150.0);
  CHECK(time.rows[0].cells[4].value == 120.19);
  CHECK(paper_table(2, runs).rows.empty());
  const TableData scores = paper_table(5, runs, references);
  REQUIRE(scores.rows.size() == 2);
  CHECK(*scores.rows[0].cells[6].value == Approx(55));
  CHECK(*scores.rows[1].cells[6].value == Approx(44.5));
  CHECK(scores.rows[1].level == 1);
}

TEST_CASE("Styles come back from JSON, and nonsense gives the defaults", "[figures]") {
  ReportStyle style;
  style.render = {.width_cm = 8.5, .dpi = 600, .font_size_pt = 9, .font_family = "serif", .title = false, .legend = LegendPlace::Inside, .palette = Palette::Greys, .dashes = false};
  style.digits["F1"] = 3;
  style.marks = false;
  CHECK(ReportStyle::from_json(style.to_json()) == style);
  CHECK(ReportStyle::from_json("nonsense") == ReportStyle());
  CHECK(ReportStyle::from_json("{\"width_cm\":-3,\"legend\":\"roof\",\"digits\":{\"a\":\"b\"}}") == ReportStyle());
}
