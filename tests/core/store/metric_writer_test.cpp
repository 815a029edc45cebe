#include "core/store/metric_writer.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/run_store.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::store;

TEST_CASE("Points come back by step, also only the new ones, with every bit", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId id = runs.create({});
  MetricWriter writer(workspace, id);
  const double odd = 0.1 + 0.2;
  writer.add("train/loss", 2, odd);
  writer.add("train/loss", 1, std::numeric_limits<double>::quiet_NaN());
  writer.add("train/lr", 1, -1e-300);
  writer.add("train/loss", 3, std::numeric_limits<double>::infinity());
  writer.flush();
  CHECK(runs.series_names(id) == std::vector<std::string>{"train/loss", "train/lr"});
  std::vector<MetricPoint> points = runs.points(id, "train/loss");
  REQUIRE(points.size() == 3);
  CHECK(std::isnan(points[0].value));
  CHECK(points[1].value == odd);
  CHECK(std::isinf(points[2].value));
  CHECK(runs.points(id, "train/loss", 2).size() == 1);
  CHECK(runs.num_points(id, "train/loss") == 3);
  CHECK(runs.points(id, "unknown").empty());
  writer.add("train/loss", 3, 7);
  writer.flush();
  CHECK(runs.points(id, "train/loss", 2).at(0).value == 7);
  runs.forget_after(id, 1);
  CHECK(runs.num_points(id, "train/loss") == 1);
}

TEST_CASE("A second connection sees rows within a moment and notices that there are new ones", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  const RunId id = RunStore(workspace).create({});
  const Workspace reader = workspace.open_again();
  const std::int64_t before = reader.data_version();
  CHECK(reader.data_version() == before);
  MetricWriter writer(workspace, id);
  writer.set_heartbeat({0, 5, 10, 0.5, 100, 1, 200, "training"});
  writer.add("train/loss", 1, 1);
  writer.add_event("info", "hello");
  writer.add_spectrum({1, "m", {1}, 0});
  for (int i = 0; i < 100 && RunStore(reader).points(id, "train/loss").empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(RunStore(reader).points(id, "train/loss").size() == 1);
  CHECK(RunStore(reader).events(id).size() == 1);
  CHECK(RunStore(reader).spectra(id).size() == 1);
  CHECK(RunStore(reader).get(id).heartbeat.step == 5);
  CHECK(RunStore(reader).get(id).heartbeat.time > 0);
  CHECK(reader.data_version() != before);
}

TEST_CASE("A writer's end writes what is left", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  const RunId id = RunStore(workspace).create({});
  { MetricWriter(workspace, id).add("a", 1, 1); }
  CHECK(RunStore(workspace).points(id, "a").size() == 1);
}

TEST_CASE("A writer that cannot write says so at its next call", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId id = runs.create({});
  MetricWriter writer(workspace, id);
  writer.add("a", 1, 1);
  writer.flush();
  runs.delete_permanently(id);
  writer.add("a", 2, 1);
  CHECK_THROWS_AS(writer.flush(), StoreError);
  CHECK_THROWS_AS(writer.flush(), StoreError);
  CHECK(runs.list().empty());
}

TEST_CASE("A full disk is reported, loses nothing that was committed, and writing goes on after it", "[store]") {
  const test::TemporaryFolder folder;
  const Workspace workspace = Workspace::open_or_create(folder.path());
  RunStore runs(workspace);
  const RunId id = runs.create({});
  // SQLite's own limit of pages stands for the disk: the same code path and result code.
  Database& database = workspace.database();
  const int pages = database.connection().execAndGet("PRAGMA page_count").getInt();
  database.connection().exec("PRAGMA max_page_count=" + std::to_string(pages + 2));
  std::string message;
  int written = 0;
  try {
    for (; written < 1000; ++written) runs.add_event(id, "info", std::string(1000, 'x'));
  } catch (const StoreError& problem) {
    message = problem.message();
    CHECK(problem.exit_code() == 3);
  }
  CHECK_THAT(message, Catch::Contains("disk is full"));
  CHECK(written > 0);
  CHECK(runs.events(id).size() == static_cast<std::size_t>(written));
  database.connection().exec("PRAGMA max_page_count=1000000");
  runs.add_event(id, "info", "again");
  CHECK(runs.events(id).size() == static_cast<std::size_t>(written) + 1);
}
