#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/train/early_stopping.h"
#include "core/train/parameter_groups.h"
#include "core/train/sampler.h"
#include "core/train/step_plan.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <numeric>

using namespace lorascope;
using namespace lorascope::train;

namespace {

TrainingOptions options(int batch_size, int accumulate, double epochs, std::int64_t max_steps = 0) {
  TrainingOptions result;
  result.batch_size = batch_size;
  result.accumulate = accumulate;
  result.epochs = epochs;
  result.max_steps = max_steps;
  return result;
}

}  // namespace

TEST_CASE("steps: short batches and remainders count, fractions of epochs round up", "[train]") {
  const StepPlan plan = StepPlan::make(66, options(6, 2, 3));
  CHECK(plan.batches_per_epoch == 11);
  CHECK(plan.steps_per_epoch == 6);
  CHECK(plan.total_steps == 18);
  CHECK(StepPlan::make(60, options(8, 1, 2.5)).total_steps == 20);
  CHECK(StepPlan::make(60, options(8, 1, 2.51)).total_steps == 21);
  CHECK(StepPlan::make(60, options(8, 1, 2.5, 11)).total_steps == 11);
  CHECK(StepPlan::make(1, options(16, 4, 1)).total_steps == 1);
}

TEST_CASE("steps: options out of range are named", "[train]") {
  CHECK_THROWS_WITH(StepPlan::make(8, options(0, 1, 1)), Catch::Contains("batch_size") && Catch::Contains("found 0"));
  CHECK_THROWS_WITH(StepPlan::make(8, options(8, 0, 1)), Catch::Contains("accumulate"));
  CHECK_THROWS_WITH(StepPlan::make(8, options(8, 1, -1)), Catch::Contains("epochs"));
  CHECK_THROWS_AS(StepPlan::make(0, options(8, 1, 1)), DataError);
  TrainingOptions warm = options(8, 1, 1);
  warm.warmup_ratio = 1.0;
  CHECK_THROWS_WITH(StepPlan::make(8, warm), Catch::Contains("warmup_ratio"));
}

TEST_CASE("schedule: linear, from 0 in the warm-up, to 0 at the end", "[train]") {
  const LearningRateSchedule schedule(1.0, 0.25, 10);  // ceil(2.5) = 3 steps of warm-up
  CHECK(schedule.warmup_steps() == 3);
  CHECK(schedule.rate(0) == 0.0);
  CHECK(schedule.rate(1) == Approx(1.0 / 3));
  CHECK(schedule.rate(3) == 1.0);
  CHECK(schedule.rate(9) == Approx(1.0 / 7));
  CHECK(schedule.rate(10) == 0.0);
  const LearningRateSchedule plain(2e-5, 0.0, 4);
  CHECK(plain.rate(0) == 2e-5);
  CHECK(plain.rate(3) == Approx(0.5e-5));
}

TEST_CASE("decay goes by name", "[train]") {
  CHECK(decays("bert.embeddings.word_embeddings.weight"));
  CHECK(decays("base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight"));
  CHECK(decays("classifier.weight"));
  CHECK(decays("normal.weight"));
  CHECK_FALSE(decays("classifier.bias"));
  CHECK_FALSE(decays("bert.encoder.layer.0.output.LayerNorm.weight"));
  CHECK_FALSE(decays("distilbert.transformer.layer.0.sa_layer_norm.weight"));
  CHECK_FALSE(decays("block.norm.weight"));
}

TEST_CASE("LoRA+ speeds up B and vectors only", "[train]") {
  CHECK(loraplus_factor("q.lora_A.weight", 2, 16) == 1.0);
  CHECK(loraplus_factor("q.lora_B.weight", 2, 16) == 16.0);
  CHECK(loraplus_factor("classifier.weight", 2, 16) == 1.0);
  CHECK(loraplus_factor("classifier.bias", 1, 16) == 16.0);
  CHECK(loraplus_factor("q.lora_B.weight", 2, 0) == 1.0);
}

TEST_CASE("early stopping: strictly better only, counter against the best so far", "[train]") {
  EarlyStopping stopping("loss", 2);
  CHECK(stopping.add({{"loss", 1.0}}, 1));
  CHECK_FALSE(stopping.add({{"loss", 1.0}}, 2));
  CHECK_FALSE(stopping.should_stop());
  CHECK(stopping.add({{"loss", 0.5}}, 3));
  CHECK(stopping.state().without_improvement == 0);
  CHECK_FALSE(stopping.add({{"loss", 0.6}}, 4));
  CHECK_FALSE(stopping.add({{"loss", 0.55}}, 5));
  CHECK(stopping.should_stop());
  CHECK(stopping.state().best_step == 3);
}

TEST_CASE("early stopping: a score is better when larger; a state goes on where it was", "[train]") {
  EarlyStopping first("f1", 1);
  CHECK(first.add({{"f1", 0.2}}, 1));
  EarlyStopping second("f1", 1);
  second.restore(first.state());
  CHECK_FALSE(second.add({{"f1", 0.1}}, 2));
  CHECK(second.should_stop());
  EarlyStopping unknown("F1", 1);
  CHECK_THROWS_WITH(unknown.add({{"f1", 0.1}, {"loss", 1.0}}, 1), Catch::Contains("f1, loss"));
}

TEST_CASE("sampler: an epoch is cut into slices, the last one short", "[train]") {
  const Sampler sampler(std::vector<std::int64_t>(10, 5), options(4, 1, 1));
  const auto batches = sampler.batches(0);
  REQUIRE(batches.size() == 3);
  CHECK(batches[0].size() == 4);
  CHECK(batches[2].size() == 2);
  std::vector<std::int64_t> rows = sampler.order(0), all(10);
  CHECK(sampler.order(0) == rows);
  CHECK(sampler.order(1) != rows);
  std::sort(rows.begin(), rows.end());
  std::iota(all.begin(), all.end(), 0);
  CHECK(rows == all);
}

TEST_CASE("sampler: grouped batches hold rows of similar length, the longest first", "[train]") {
  std::vector<std::int64_t> lengths(400);
  for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = static_cast<std::int64_t>(i * 37 % 97);
  TrainingOptions grouped = options(8, 1, 1);
  grouped.ordering = Ordering::Grouped;
  const Sampler sampler(lengths, grouped);
  std::vector<std::int64_t> rows = sampler.order(3);
  CHECK(lengths[static_cast<std::size_t>(rows.front())] == 96);
  std::int64_t spread = 0;
  for (const auto& batch : sampler.batches(3)) {
    std::int64_t low = 1000, high = 0;
    for (const auto row : batch) {
      low = std::min(low, lengths[static_cast<std::size_t>(row)]);
      high = std::max(high, lengths[static_cast<std::size_t>(row)]);
    }
    spread += high - low;
  }
  CHECK(spread < 50 * 20);  // 97 a batch without grouping
  std::sort(rows.begin(), rows.end());
  CHECK(std::adjacent_find(rows.begin(), rows.end()) == rows.end());
}

TEST_CASE("sampler: the order of the golden trainings", "[train]") {
  const auto golden = test::shared_folder() / "golden" / "training";
  if (test::shared_folder().empty()) {
    WARN("no golden files here");
    return;
  }
  int compared = 0;
  for (const auto& folder : std::filesystem::directory_iterator(golden)) {
    const Json spec = Json::parse(read_file(folder.path() / "case.json"));
    const auto rows = spec.at("features").get<std::int64_t>();
    const auto seed = spec.at("settings").at("seed").get<std::uint64_t>();
    for (std::size_t epoch = 0; epoch < spec.at("order").size(); ++epoch) {
      CHECK(seeded_permutation(rows, seed + epoch) == spec["order"][epoch].get<std::vector<std::int64_t>>());
      ++compared;
    }
  }
  CHECK(compared > 20);
}
