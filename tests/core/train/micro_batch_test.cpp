#include <algorithm>
#include <memory>

#include "core/base/error.h"
#include "core/train/trainer.h"
#include "tests/core/train/fake_model.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

// Which rows are computed together, and how their losses are weighed.

using namespace lorascope;
using namespace lorascope::train;
using test::FakeModel;

namespace {

constexpr int kIds = 7;

struct Recorder : TrainingObserver {
  std::vector<double> losses;
  std::vector<std::int64_t> examples;
  std::vector<std::string> warnings;
  int first_batches = 0;

  void on_first_batch(std::span<const data::Feature* const>) override { ++first_batches; }
  void on_step_end(const StepReport& report) override {
    losses.push_back(report.loss);
    examples.push_back(report.examples);
  }
  void on_log(LogLevel level, const std::string& text) override {
    if (level == LogLevel::Warning) warnings.push_back(text);
  }
};

struct Run {
  std::unique_ptr<FakeModel> model = std::make_unique<FakeModel>(kIds, 0.0);
  Recorder recorder;
};

TrainingOptions options_of_8() {
  TrainingOptions options;
  options.batch_size = 8;
  options.accumulate = 2;
  options.epochs = 2;
  options.learning_rate = 0.1;
  return options;
}

Run run(const TrainingOptions& options, std::int64_t row_limit, const Checkpoint* checkpoint = nullptr) {
  static const std::vector<data::Feature> rows = test::fake_features(27, kIds);
  Run done;
  done.model->limit_rows(row_limit);
  Trainer trainer({done.model.get(), rows, nullptr, &done.recorder, nullptr}, options);
  if (checkpoint != nullptr) trainer.restore(*checkpoint);
  trainer.run();
  return done;
}

std::int64_t longest_batch(const Run& done) {
  return *std::max_element(done.model->batch_rows().begin(), done.model->batch_rows().end());
}

}  // namespace

TEST_CASE("batches that do not fit into memory are halved without changing what is learnt", "[train]") {
  const Run whole = run(options_of_8(), 8);
  CHECK(whole.recorder.warnings.empty());
  CHECK(longest_batch(whole) == 8);
  for (const std::int64_t limit : {4, 3, 1}) {
    INFO("rows that fit: " << limit);
    const Run parted = run(options_of_8(), limit);
    CHECK(longest_batch(parted) <= limit);
    CHECK(parted.recorder.examples == whole.recorder.examples);
    CHECK(parted.recorder.first_batches == 1);
    REQUIRE(parted.recorder.losses.size() == whole.recorder.losses.size());
    for (std::size_t i = 0; i < whole.recorder.losses.size(); ++i) {
      CHECK(parted.recorder.losses[i] == Approx(whole.recorder.losses[i]).epsilon(1e-5));
    }
    REQUIRE_FALSE(parted.recorder.warnings.empty());
    CHECK_THAT(parted.recorder.warnings.front(),
               Catch::Contains("out of memory with 8 rows at a time: from here on 4, with the same 8 rows a batch") &&
                   Catch::Contains("Tried to allocate") && !Catch::Contains("more lines"));
  }
}

TEST_CASE("a single row that does not fit ends the training", "[train]") {
  CHECK_THROWS_WITH(run(options_of_8(), 0), Catch::Contains("out of memory"));
}

TEST_CASE("a resumed training goes on with the parts that fitted", "[train]") {
  const test::TemporaryFolder folder;
  TrainingOptions options = options_of_8();
  options.checkpoint_folder = folder.path();
  options.checkpoint_every_steps = 2;
  run(options, 4);
  const Checkpoint checkpoint = read_checkpoint(*newest_checkpoint(folder.path()));
  CHECK(checkpoint.state.parts == 2);
  const Run resumed = run(options, 4, &checkpoint);
  CHECK(resumed.recorder.warnings.empty());
  CHECK(longest_batch(resumed) <= 4);
}

TEST_CASE("micro-batches weigh alike, or by what their loss is a mean of", "[train]") {
  TrainingOptions options = options_of_8();
  options.max_steps = 1;
  options.learning_rate = 1e-9;
  options.accumulate = 4;
  const double by_batches = run(options, 8).recorder.losses[0];
  options.accumulate_by_terms = true;
  const double by_terms = run(options, 8).recorder.losses[0];
  options.accumulate_by_terms = false;
  options.accumulate = 1;
  options.batch_size = 27;
  const double whole = run(options, 27).recorder.losses[0];
  CHECK(by_terms == Approx(whole).epsilon(1e-9));
  CHECK(std::abs(by_batches - whole) > 1e-6);
}

TEST_CASE("the head may have a learning rate of its own", "[train]") {
  std::vector<nn::Parameter> parameters;
  for (const char* name : {"base_model.model.classifier.weight", "base_model.model.x.lora_A.weight"}) {
    parameters.push_back({name, at::ones({2, 2}), at::ones({2, 2})});
  }
  TrainingOptions options;
  options.learning_rate = 0.01;
  options.head_learning_rate = 0.1;
  for (const Arithmetic arithmetic : {Arithmetic::Fused, Arithmetic::Original}) {
    for (nn::Parameter& parameter : parameters) parameter.value.fill_(1.0);
    Optimizer optimizer(parameters, options, arithmetic);
    optimizer.step(1, 0.01, 1.0);
    CHECK(parameters[0].value[0][0].item<double>() == Approx(0.9).epsilon(1e-5));
    CHECK(parameters[1].value[0][0].item<double>() == Approx(0.99).epsilon(1e-5));
  }
}
