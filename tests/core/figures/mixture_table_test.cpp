#include "core/figures/mixture_table.h"

#include <cmath>

#include "core/study/run_settings.h"
#include "tests/support/catch.h"

using namespace lorascope;
using namespace lorascope::figures;

namespace {

store::RunRecord run(store::RunId id, const std::string& group, const study::RunSettings& settings) {
  store::RunRecord record;
  record.id = id;
  record.group = group;
  record.task = settings.task;
  record.method = study::text(settings.method);
  record.settings = settings.to_json();
  record.state = store::RunState::Finished;
  record.result.parameters_trainable = 100;
  record.result.seconds = 10;
  record.result.peak_rss_mib = 500 + static_cast<double>(id);
  return record;
}

study::RunSettings of(const std::string& task, std::uint64_t seed) {
  study::RunSettings settings;
  settings.task = task;
  settings.training.seed = seed;
  settings.method = study::Method::Lora;
  return settings;
}

/// LoRA on two tasks with two seeds, and one merge of both.
std::vector<store::RunRecord> sample() {
  std::vector<store::RunRecord> runs;
  for (const std::uint64_t seed : {1, 2}) {
    runs.push_back(run(static_cast<store::RunId>(10 * seed), "wnut17: LoRA", of("wnut17", seed)));
    runs.back().result.scores = {{"eval", {{"f1", 0.9}}}, {"test", {{"f1", seed == 1 ? 0.4 : 0.5}}}};
    runs.push_back(run(static_cast<store::RunId>(10 * seed + 1), "squad: LoRA", of("squad", seed)));
    runs.back().result.scores = {{"eval", {{"f1", 70.0}}}};
  }
  study::RunSettings merge = of(study::kSeveralTasks, 1);
  merge.method = study::Method::Merge;
  merge.several.tasks = {"wnut17", "squad"};
  merge.several.train = merge.several.eval = merge.several.test = {"", ""};
  runs.push_back(run(30, "all tasks: LoRA", merge));
  runs.back().result.scores = {{"test/wnut17", {{"f1", 0.3}}}, {"eval/squad", {{"f1", 60.0}}}};
  return runs;
}

}  // namespace

TEST_CASE("Mixtures stand in a table of methods by tasks", "[figures]") {
  const std::vector<store::RunRecord> runs = sample();
  CHECK(has_mixtures(runs));
  CHECK_FALSE(has_mixtures(std::span(runs).first(4)));
  const TableData table = mixture_table(runs, {{10, 1000.0}, {11, 3000.0}, {30, 500.0}});
  REQUIRE(table.columns.size() == 9);
  CHECK(table.columns[1].name == "wnut17 F1");
  CHECK(table.columns[3].name == "mean");
  REQUIRE(table.rows.size() == 2);
  const std::vector<TableCell>& lora = table.rows[0].cells;
  CHECK(lora[0].text == "LoRA, a run for each task");
  CHECK(*lora[1].value == Approx(45));
  CHECK(*lora[1].spread == Approx(std::sqrt(50.0)));
  CHECK(*lora[2].value == Approx(70));
  CHECK(*lora[3].value == Approx(57.5));
  CHECK(*lora[4].value == 200);
  CHECK(*lora[5].value == 20);
  CHECK(*lora[6].value == Approx((511 + 521) / 2.0));
  CHECK(*lora[7].value == Approx(2000));
  CHECK(*lora[8].value == 2);
  const std::vector<TableCell>& merge = table.rows[1].cells;
  CHECK(merge[0].text == "LoRA, all tasks in one run");
  CHECK(*merge[1].value == Approx(30));
  CHECK(*merge[3].value == Approx(45));
  CHECK_FALSE(merge[1].spread);
  CHECK(lora[1].best);
  CHECK_FALSE(merge[1].best);
}

TEST_CASE("Runs that have not finished are no rows of the table of mixtures", "[figures]") {
  std::vector<store::RunRecord> runs = sample();
  for (store::RunRecord& one : runs) one.state = store::RunState::Failed;
  CHECK(mixture_table(runs, {}).rows.empty());
}
