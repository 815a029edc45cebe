#include <algorithm>
#include <cmath>

#include "core/figures/compare_table.h"
#include "core/figures/parallel_figure.h"
#include "core/figures/table_text.h"
#include "tests/core/figures/records.h"
#include "tests/support/catch.h"

using namespace lorascope::figures;
using lorascope::store::RunRecord;
using lorascope::test::make_run;

namespace {

RunRecord finished(std::int64_t id, const std::string& method, std::uint64_t seed, double f1, double rate = 1e-3) {
  RunRecord run = make_run(id, method, seed, rate, method == "ft" ? "FT" : "LoRA r 8");
  run.state = lorascope::store::RunState::Finished;
  run.result.scores = {{"test", {{"f1", f1}, {"loss", 1 - f1}}}};
  run.result.seconds = 100;
  run.result.parameters_trainable = method == "ft" ? 22'000'000 : 78'733;
  return run;
}

std::vector<RunRecord> runs_of(int num_seeds) {
  std::vector<RunRecord> runs;
  for (int i = 0; i < num_seeds; ++i) {
    runs.push_back(finished(10 + i, "ft", static_cast<std::uint64_t>(i), 0.44 + 0.001 * i));
    runs.push_back(finished(50 + i, "lora", static_cast<std::uint64_t>(i), 0.41 + 0.002 * i));
  }
  return runs;
}

std::size_t column(const TableData& table, const std::string& name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return i;
  }
  return std::string::npos;
}

}  // namespace

TEST_CASE("Few seeds are shown one by one, without an interval over them", "[figures]") {
  const std::vector<RunRecord> runs = runs_of(3);
  const TableData table = compare_table(runs);
  CHECK(table.rows.size() == 8);
  CHECK(column(table, "95 % interval") == std::string::npos);
  const std::size_t difference = column(table, "difference");
  REQUIRE(difference != std::string::npos);
  CHECK(table.rows[0].cells[difference].empty());
  CHECK(*table.rows[4].cells[difference].value == Approx(41.2 - 44.1));
  CHECK(table.rows[4].cells[difference].mark.empty());
  CHECK(table.rows[1].level == 1);
  CHECK(table.rows[0].cells[2].best);
}

TEST_CASE("From five seeds on the interval is Student's t and the difference has its mark", "[figures]") {
  const std::vector<RunRecord> runs = runs_of(5);
  const TableData table = compare_table(runs);
  CHECK(table.rows.size() == 2);
  const double sd = std::sqrt(10.0) / 2 * 0.1;
  const double reach = 2.7764451 * sd / std::sqrt(5.0);
  char expected[40];
  std::snprintf(expected, sizeof expected, "%.2f – %.2f", 44.2 - reach, 44.2 + reach);
  CHECK(table.rows[0].cells[column(table, "95 % interval")].text == expected);
  const TableCell& difference = table.rows[1].cells[column(table, "difference")];
  CHECK(difference.mark == "**");
  CHECK(cell_text(difference, table.columns[column(table, "difference")]) == "-2.80 **");
  CHECK_THAT(latex_table(table), Catch::Contains("2.80$^{**}$"));
  CHECK_THAT(table.note, Catch::Contains("Student's t"));
}

TEST_CASE("Evidence over examples gives intervals and marks below five seeds", "[figures]") {
  CompareOptions options;
  options.evidence["FT"] = {std::nullopt, Interval{0.42, 0.46}, 1287};
  options.evidence["LoRA r 8"] = {Comparison{-0.03, {-0.05, -0.01}, 0.02}, Interval{0.39, 0.43}, 1287};
  const TableData table = compare_table(runs_of(1), options);
  CHECK(table.rows[0].cells[column(table, "95 % interval")].text == "42.00 – 46.00 ᵉ");
  CHECK(table.rows[1].cells[column(table, "difference")].mark == "*");
  CHECK(*table.rows[1].cells[column(table, "p, examples")].value == 0.02);
  CHECK_THAT(table.note, Catch::Contains("1287 examples"));
}

TEST_CASE("Another baseline comes first and turns the difference round; published numbers have their column",
          "[figures]") {
  CompareOptions options;
  options.baseline = "LoRA r 8";
  options.references = {{"FT", "test/f1", 44.5, "Table 5"}, {"X-LoRA", "test/f1", 45.5, "Table 5"}};
  const TableData table = compare_table(runs_of(1), options);
  CHECK(table.rows[0].cells[0].text == "LoRA r 8");
  CHECK(*table.rows[1].cells[column(table, "difference")].value == Approx(3.0));
  CHECK(*table.rows[1].cells[column(table, "published")].value == 44.5);
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[2].cells[0].text == "X-LoRA");
  CHECK_THAT(table.note, Catch::Contains("Table 5"));
}

TEST_CASE("Only settings that differ are listed, and equal ones of other groups say so", "[figures]") {
  std::vector<RunRecord> runs = {finished(1, "ft", 1, 0.4, 5e-5), finished(2, "lora", 1, 0.4, 1e-3),
                                 finished(3, "lora", 1, 0.4, 5e-5)};
  runs[2].group = "LoRA slow";
  const TableData table = settings_table(runs, Grouping::Setting);
  REQUIRE(table.columns.size() == 4);
  bool saw_rate = false;
  for (const TableRow& row : table.rows) {
    CHECK(row.cells[0].text != "training.seed");
    CHECK(row.cells[0].text != "training.epochs");
    if (row.cells[0].text != "training.learning_rate") continue;
    saw_rate = true;
    CHECK(row.cells[1].text == "5e-5");
    CHECK(row.cells[2].text == "1e-3");
    CHECK(row.cells[3].text == "=");
  }
  CHECK(saw_rate);
  CHECK(settings_table(runs_of(2), Grouping::Method).rows.size() > 0);
}

TEST_CASE("Parallel coordinates leave out what is constant and place every value on its axis", "[figures]") {
  const std::vector<RunRecord> runs = {finished(1, "ft", 1, 0.40, 5e-5), finished(2, "lora", 1, 0.44, 1e-3),
                                       finished(3, "lora", 2, 0.42, 5e-3)};
  const ParallelData data = parallel_data(runs, {"test/f1", "test/loss"});
  REQUIRE_FALSE(data.empty());
  std::vector<std::string> labels;
  for (const ParallelAxis& axis : data.axes) labels.push_back(axis.label);
  CHECK(std::find(labels.begin(), labels.end(), "lr") != labels.end());
  CHECK(std::find(labels.begin(), labels.end(), "method") != labels.end());
  CHECK(std::find(labels.begin(), labels.end(), "epochs") == labels.end());
  CHECK(labels.back() == "test loss");
  for (const ParallelLine& line : data.lines) {
    REQUIRE(line.values.size() == data.axes.size());
    for (std::size_t a = 0; a < data.axes.size(); ++a) {
      if (!std::isfinite(line.values[a])) continue;
      CHECK(axis_position(data.axes[a], line.values[a]) >= -1e-12);
      CHECK(axis_position(data.axes[a], line.values[a]) <= 1 + 1e-12);
    }
  }
  CHECK(axis_position({"lr", {}, 1e-5, 1e-3, true}, 1e-4) == Approx(0.5));
  const Drawing drawing = layout_parallel(data);
  for (const DrawnShape& shape : drawing.shapes) {
    if (const auto* text = std::get_if<DrawnText>(&shape)) {
      CHECK(Box{0, 0, drawing.width, drawing.height}.contains(text->box, 0.5));
    }
  }
  CHECK(parallel_table(data).rows.size() == 3);
}

TEST_CASE("Runs are grouped by any one setting, apart for each method", "[figures]") {
  std::vector<RunRecord> runs = {finished(1, "ft", 42, 0.44, 5e-5), finished(2, "lora", 42, 0.41, 1e-3),
                                 finished(3, "lora", 43, 0.43, 1e-3), finished(4, "lora", 42, 0.35, 1e-4)};
  std::vector<const RunRecord*> records;
  for (const RunRecord& run : runs) records.push_back(&run);
  const std::vector<std::string> differing = settings_that_differ(records);
  const auto has = [&](const char* key) { return std::find(differing.begin(), differing.end(), key) != differing.end(); };
  CHECK(has("/training/learning_rate"));
  CHECK(has("/training/seed"));
  CHECK_FALSE(has("/name"));
  CHECK_FALSE(has("/training/batch_size"));

  const std::vector<RunGroup> by_rate = group_runs(records, Grouping::by("/training/learning_rate"));
  REQUIRE(by_rate.size() == 3);
  CHECK(by_rate[0].name == "FT, learning rate 5e-5");
  CHECK(by_rate[1].name == "LoRA, learning rate 1e-3");
  CHECK(by_rate[1].members == std::vector<std::size_t>{1, 2});
  const std::vector<RunGroup> by_seed = group_runs(records, Grouping::by("/training/seed"));
  REQUIRE(by_seed.size() == 3);
  CHECK(by_seed[1].name == "LoRA, seed 42");
  CHECK(by_seed[1].members == std::vector<std::size_t>{1, 3});
  // What no run has is one value too.
  CHECK(group_runs(records, Grouping::by("/lora/nothing")).size() == 2);

  CompareOptions options;
  options.grouping = Grouping::by("/training/learning_rate");
  const TableData table = compare_table(runs, options);
  const auto row = std::find_if(table.rows.begin(), table.rows.end(), [](const TableRow& one) {
    return one.cells[0].text == "LoRA, learning rate 1e-3";
  });
  REQUIRE(row != table.rows.end());
  CHECK(*row->cells[2].value == Approx(42));
}
