#include "core/train/trainer.h"

#include <cmath>
#include <memory>

#include "core/base/error.h"
#include "tests/core/train/fake_model.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace lorascope;
using namespace lorascope::train;
using test::FakeEvaluator;
using test::FakeModel;

namespace {

constexpr int kIds = 7;

/// Writes down all it is told.
struct Recorder : TrainingObserver {
  std::vector<StepReport> steps;
  std::vector<EvaluationReport> evaluations;
  std::vector<std::int64_t> checkpoints;
  std::vector<Phase> phases;
  int first_batches = 0;
  std::size_t first_rows = 0;

  void on_first_batch(std::span<const data::Feature* const> rows) override {
    ++first_batches;
    first_rows = rows.size();
  }
  void on_step_end(const StepReport& report) override { steps.push_back(report); }
  void on_evaluation(const EvaluationReport& report, const Evaluation&) override { evaluations.push_back(report); }
  void on_checkpoint(const CheckpointReport& report) override { checkpoints.push_back(report.step); }
  void on_phase(Phase phase) override { phases.push_back(phase); }
};

/// Hands out commands at given calls of take(), counted from 1.
struct Script : CommandSource {
  std::map<int, Command> at;
  int calls = 0;
  std::optional<Command> take() override {
    const auto found = at.find(++calls);
    return found == at.end() ? std::nullopt : std::optional(found->second);
  }
};

TrainingOptions small_options() {
  TrainingOptions options;
  options.batch_size = 4;
  options.epochs = 3;
  options.accumulate = 2;
  options.learning_rate = 0.1;
  options.weight_decay = 0.1;
  return options;
}

struct Run {
  std::unique_ptr<FakeModel> model = std::make_unique<FakeModel>(kIds, 0.3);
  Recorder recorder;
  TrainingResult result;
};

const std::vector<data::Feature>& features() {
  static const std::vector<data::Feature> rows = test::fake_features(22, kIds);
  return rows;
}

Run run(const TrainingOptions& options, const Evaluator* evaluator = nullptr, CommandSource* commands = nullptr,
        const Checkpoint* checkpoint = nullptr) {
  Run done;
  Trainer trainer({done.model.get(), features(), evaluator, &done.recorder, commands}, options);
  if (checkpoint != nullptr) trainer.restore(*checkpoint);
  done.result = trainer.run();
  return done;
}

/// The same training in float64 and in the plainest form.
std::vector<double> naive_losses(const TrainingOptions& options, std::int64_t steps) {
  FakeModel model(kIds, 0.3);
  const auto& parameters = model.trainable();
  std::vector<double> m(kIds + 1), v(kIds + 1), losses;
  std::int64_t draw = 0, t = 0;
  for (std::int64_t epoch = 0; t < steps; ++epoch) {
    const auto order = seeded_permutation(22, options.seed + static_cast<std::uint64_t>(epoch));
    for (std::size_t begin = 0; begin < order.size() && t < steps; begin += 8) {
      std::vector<std::vector<const data::Feature*>> batches;
      for (std::size_t i = begin; i < std::min<std::size_t>(begin + 8, order.size()); ++i) {
        if ((i - begin) % 4 == 0) batches.emplace_back();
        batches.back().push_back(&features()[static_cast<std::size_t>(order[i])]);
      }
      model.zero_gradients();
      double loss = 0;
      for (const auto& rows : batches) {
        const auto batch = tasks::make_batch(tasks::TaskKind::Tokens, rows);
        loss += model.train_micro_batch(batch, 1.0 / static_cast<double>(batches.size()),
                                        {options.seed, static_cast<std::uint64_t>(draw++)});
      }
      losses.push_back(loss / static_cast<double>(batches.size()));
      double norm = 0;
      for (const auto& p : parameters) norm += std::pow(p.gradient.norm().item<double>(), 2);
      const double clip = std::min(1.0, options.max_grad_norm / (std::sqrt(norm) + 1e-6));
      ++t;
      const double lr = options.learning_rate * static_cast<double>(steps - t + 1) / static_cast<double>(steps);
      std::size_t k = 0;
      for (const auto& p : parameters) {
        for (std::int64_t i = 0; i < p.value.numel(); ++i, ++k) {
          float& x = p.value.mutable_data_ptr<float>()[i];
          const double g = p.gradient.const_data_ptr<float>()[i] * clip;
          m[k] = 0.9 * m[k] + 0.1 * g;
          v[k] = 0.999 * v[k] + 0.001 * g * g;
          const double decay = p.name == "w.weight" ? options.weight_decay : 0.0;
          const double mean = m[k] / (1 - std::pow(0.9, t)), variance = v[k] / (1 - std::pow(0.999, t));
          x = static_cast<float>(x * (1 - lr * decay) - lr * mean / (std::sqrt(variance) + 1e-8));
        }
      }
    }
  }
  return losses;
}

std::vector<double> losses(const Recorder& recorder) {
  std::vector<double> all;
  for (const auto& step : recorder.steps) all.push_back(step.loss);
  return all;
}

}  // namespace

TEST_CASE("training equals its plain restatement step by step", "[train]") {
  const TrainingOptions options = small_options();
  const Run done = run(options);
  const std::vector<double> expected = naive_losses(options, 9);  // 6 batches, 3 steps an epoch
  REQUIRE(done.recorder.steps.size() == 9);
  for (std::size_t i = 0; i < 9; ++i) CHECK(done.recorder.steps[i].loss == Approx(expected[i]).epsilon(1e-5));
  CHECK(done.result.end == TrainingResult::End::Completed);
  CHECK(done.recorder.first_batches == 1);
  CHECK(done.recorder.first_rows == 4);
  CHECK(done.recorder.steps[0].learning_rate == 0.1);
  CHECK(done.recorder.steps[2].examples == 6);  // the remainder: batches of 4 and 2
  CHECK(done.recorder.steps[8].epoch == Approx(3.0));
  CHECK(done.result.state.examples == 66);
}

TEST_CASE("a training stopped at any step and resumed is bit-equal to the whole one", "[train]") {
  TrainingOptions options = small_options();
  options.keep_best = true;
  const FakeEvaluator whole_evaluator({3, 1, 2});
  const Run whole = run(options, &whole_evaluator);
  for (int stop_at = 1; stop_at <= 9; ++stop_at) {
    const test::TemporaryFolder folder;
    options.checkpoint_folder = folder.path();
    Script script;
    script.at[stop_at] = Command::Stop;
    const FakeEvaluator evaluator({3, 1, 2});
    const Run first = run(options, &evaluator, &script);
    REQUIRE(first.result.end == TrainingResult::End::Stopped);
    const Checkpoint checkpoint = read_checkpoint(*newest_checkpoint(folder.path()));
    CHECK(checkpoint.state.step == first.result.state.step);
    const Run second = run(options, &evaluator, nullptr, &checkpoint);
    std::vector<double> joined = losses(first.recorder);
    for (const double loss : losses(second.recorder)) joined.push_back(loss);
    CHECK(joined == losses(whole.recorder));
    CHECK(second.model->values() == whole.model->values());
    CHECK(first.recorder.evaluations.size() + second.recorder.evaluations.size() == 3);
    CHECK(second.recorder.first_batches + first.recorder.first_batches == 1);
    CHECK(second.result.kept_step == 6);
  }
}

TEST_CASE("a stop within an evaluation leaves the evaluation to the resumed training", "[train]") {
  const test::TemporaryFolder folder;
  TrainingOptions options = small_options();
  options.checkpoint_folder = folder.path();
  Script script;
  script.at[5] = Command::Stop;  // three steps, the fourth call before the evaluation, the fifth within it
  const FakeEvaluator evaluator({3, 2, 1});
  const Run first = run(options, &evaluator, &script);
  CHECK(first.result.end == TrainingResult::End::Stopped);
  CHECK(first.recorder.evaluations.empty());
  const Checkpoint checkpoint = read_checkpoint(*newest_checkpoint(folder.path()));
  CHECK(checkpoint.state.step == 3);
  const Run second = run(options, &evaluator, nullptr, &checkpoint);
  CHECK(second.recorder.evaluations.size() == 3);
  CHECK(second.recorder.evaluations[0].step == 3);
}

TEST_CASE("early stopping ends the training and brings the best weights back", "[train]") {
  TrainingOptions options = small_options();
  options.epochs = 8;
  options.early_stopping_patience = 1;
  const FakeEvaluator evaluator({3, 2, 2.5});
  const Run stopped = run(options, &evaluator);
  CHECK(stopped.result.end == TrainingResult::End::StoppedEarly);
  CHECK(stopped.recorder.steps.size() == 9);
  CHECK(stopped.result.kept_step == 6);
  CHECK_FALSE(stopped.result.latest);

  TrainingOptions shorter = options;
  shorter.early_stopping_patience = 0;
  const test::TemporaryFolder folder;
  shorter.checkpoint_folder = folder.path();
  shorter.checkpoint_every_steps = 6;
  Script stop;
  stop.at[7] = Command::Stop;
  const Run at_six = run(shorter, nullptr, &stop);
  CHECK(at_six.model->values() == stopped.model->values());
}

TEST_CASE("without a choice of the best the last weights stay and their evaluation is known", "[train]") {
  const FakeEvaluator evaluator({3, 1, 2});
  const Run done = run(small_options(), &evaluator);
  CHECK_FALSE(done.result.kept_step);
  REQUIRE(done.result.latest);
  CHECK(done.result.latest->scores.at("loss") == 2);
  CHECK(done.recorder.evaluations.size() == 3);
}

TEST_CASE("evaluation by steps, and at the end", "[train]") {
  TrainingOptions options = small_options();
  options.evaluate_every_steps = 4;
  const FakeEvaluator evaluator({3});
  const Run done = run(options, &evaluator);
  std::vector<std::int64_t> at;
  for (const auto& evaluation : done.recorder.evaluations) at.push_back(evaluation.step);
  CHECK(at == std::vector<std::int64_t>{4, 8, 9});
}

TEST_CASE("max_steps ends in the middle of an epoch with an evaluation", "[train]") {
  TrainingOptions options = small_options();
  options.max_steps = 4;
  const FakeEvaluator evaluator({3});
  const Run done = run(options, &evaluator);
  CHECK(done.recorder.steps.size() == 4);
  CHECK(done.recorder.evaluations.back().step == 4);
  CHECK(done.recorder.evaluations.back().epoch == Approx(4.0 / 3));
}

TEST_CASE("pause waits for continue and changes nothing", "[train]") {
  Script script;
  script.at[3] = Command::Pause;
  script.at[5] = Command::Checkpoint;
  script.at[6] = Command::Continue;
  const test::TemporaryFolder folder;
  TrainingOptions options = small_options();
  options.checkpoint_folder = folder.path();
  options.checkpoint_share = 0;
  const Run paused = run(options, nullptr, &script);
  CHECK(losses(paused.recorder) == losses(run(small_options()).recorder));
  CHECK(paused.recorder.checkpoints == std::vector<std::int64_t>{2});
  CHECK(std::count(paused.recorder.phases.begin(), paused.recorder.phases.end(), Phase::Paused) == 2);
}

TEST_CASE("checkpoints come every so many steps", "[train]") {
  const test::TemporaryFolder folder;
  TrainingOptions options = small_options();
  options.checkpoint_folder = folder.path();
  options.checkpoint_every_steps = 2;
  CHECK(run(options).recorder.checkpoints == std::vector<std::int64_t>{2, 4, 6, 8});
}

TEST_CASE("a checkpoint of another training is refused, with everything that differs", "[train]") {
  const test::TemporaryFolder folder;
  TrainingOptions options = small_options();
  options.checkpoint_folder = folder.path();
  Script script;
  script.at[3] = Command::Stop;
  run(options, nullptr, &script);
  Checkpoint checkpoint = read_checkpoint(*newest_checkpoint(folder.path()));
  options.learning_rate = 0.2;
  options.seed = 1;
  CHECK_THROWS_WITH(run(options, nullptr, nullptr, &checkpoint),
                    Catch::Contains("learning_rate") && Catch::Contains("seed") && Catch::Contains("expected 1"));
  options = small_options();
  checkpoint.weights["w.bias"] = at::zeros({2});
  checkpoint.second_moments.erase("w.weight");
  CHECK_THROWS_WITH(run(options, nullptr, nullptr, &checkpoint),
                    Catch::Contains("w.bias") && Catch::Contains("second moments: w.weight"));
}

TEST_CASE("a loss that is no number ends the training with a hint", "[train]") {
  TrainingOptions options = small_options();
  options.learning_rate = 1e30;
  options.max_grad_norm = 0;
  CHECK_THROWS_WITH(run(options), Catch::Contains("no longer a number"));
}

TEST_CASE("early stopping and best weights without an evaluation are refused", "[train]") {
  TrainingOptions options = small_options();
  SECTION("patience") { options.early_stopping_patience = 2; }
  SECTION("best weights") { options.keep_best = true; }
  CHECK_THROWS_AS(run(options), UsageError);
}
