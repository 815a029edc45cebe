#include "app/lorascope/import/metric_table.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "app/lorascope/import/import_run.h"
#include "app/lorascope/kit/metric_files.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/store/metric_writer.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;

namespace {

constexpr const char* kTable =
    "step,loss,eval_f1,gpu/memory,comment\n2,1.5,,100,warm\n1,2.5,,90,cold\n3,nan,0.75,110,\"a, b\"\n";

}  // namespace

TEST_CASE("Columns of numbers become series, by step", "[import]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "log.csv", kTable);
  const app::MetricTable table = app::read_metric_table(folder.path() / "log.csv", {});
  REQUIRE(table.series.size() == 3);
  const auto& loss = table.series.at("train/loss");
  REQUIRE(loss.size() == 3);
  CHECK(loss[0].step == 1);
  CHECK(loss[0].value == 2.5);
  CHECK(std::isnan(loss[2].value));
  CHECK(table.series.at("eval/f1").size() == 1);
  CHECK(table.series.at("gpu/memory").size() == 3);
  CHECK(table.left_out == std::vector<std::string>{"comment"});
  CHECK(table.last_step == 3);
}

TEST_CASE("A mapping chooses columns and steps; what does not fit is told at once", "[import]") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "log.csv";
  write_file_atomically(file, "it,acc\n10,0.5\n20,0.6\n");
  const app::MetricTable table = app::read_metric_table(file, {"it", {{"acc", "eval/accuracy"}}});
  CHECK(table.series.at("eval/accuracy")[1].step == 20);
  CHECK_THROWS_WITH(app::read_metric_table(file, {}), Catch::Contains("--step"));
  CHECK_THROWS_WITH(app::read_metric_table(file, {"it", {{"loss", "train/loss"}}}), Catch::Contains("no column \"loss\""));
  write_file_atomically(file, "step,acc\n1,0.5\n1,x\n1.5,0.7\n");
  try {
    app::read_metric_table(file, {"", {{"acc", "eval/accuracy"}}});
    FAIL("was read");
  } catch (const DataError& error) {
    CHECK(error.problems().size() >= 2);
  }
}

TEST_CASE("An imported table is one run, however often it is imported", "[import]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder.path() / "log.csv", kTable);
  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "ws");
  const app::ImportedRun first = app::import_metric_table(workspace, folder.path() / "log.csv", {}, "");
  const app::ImportedRun again = app::import_metric_table(workspace, folder.path() / "log.csv", {}, "");
  CHECK(again.run == first.run);
  const store::RunStore runs(workspace);
  CHECK(runs.list().size() == 1);
  CHECK(runs.get(first.run).name == "log");
  CHECK(runs.points(first.run, "train/loss").size() == 3);
}

TEST_CASE("What a run exports, an import reads back number by number", "[import]") {
  const test::TemporaryFolder folder;
  store::Workspace workspace = store::Workspace::open_or_create(folder.path() / "ws");
  store::RunStore runs(workspace);
  study::RunSettings settings;
  settings.name = "source";
  const store::RunId source = runs.create_finished(settings, "");
  {
    store::MetricWriter writer(workspace, source);
    for (int step = 1; step <= 5; ++step) writer.add("train/loss", step, 1.0 / (3 * step));
    writer.add("eval/f1", 5, std::nan(""));
    writer.add("odd \"name\", x/y", 2, -1e-300);
    writer.flush();
  }
  write_file_atomically(folder.path() / "metrics.csv", app::metrics_csv(runs, source));
  const app::ImportedRun copy = app::import_metric_table(workspace, folder.path() / "metrics.csv", {}, "copy");
  REQUIRE(runs.series_names(copy.run) == runs.series_names(source));
  for (const std::string& name : runs.series_names(source)) {
    const auto before = runs.points(source, name), after = runs.points(copy.run, name);
    REQUIRE(before.size() == after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      CHECK(before[i].step == after[i].step);
      CHECK((before[i].value == after[i].value || (std::isnan(before[i].value) && std::isnan(after[i].value))));
    }
  }
  const std::string lines = app::metrics_json_lines(runs, source);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 5);
  CHECK_THAT(lines, Catch::Contains("\"eval/f1\":null"));
}

TEST_CASE("Mutated tables never crash the reader", "[import][fuzz]") {
  const test::TemporaryFolder folder;
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    std::string text = kTable;
    for (int change = 0; change < 3; ++change) text[random() % text.size()] = static_cast<char>(random() % 256);
    if (round % 4 == 0) text.resize(random() % text.size());
    write_file_atomically(folder.path() / "log.csv", text);
    try {
      app::read_metric_table(folder.path() / "log.csv", {});
    } catch (const InputError& error) {
      CHECK_FALSE(error.problems().empty());
    }
  }
}
