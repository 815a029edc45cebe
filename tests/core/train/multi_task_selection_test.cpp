#include <ATen/ATen.h>

#include <algorithm>
#include <set>

#include "core/train/mean_scores.h"
#include "core/train/row_ranges.h"
#include "tests/core/train/two_tasks.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

// Several tasks at once: the choice of the best state, early stopping, accumulation.

namespace lorascope::train {
namespace {

using test::batches_of;
using test::Notes;
using test::StopAfter;
using test::TwoTasks;
using Scores = std::map<std::string, double>;
using End = TrainingOutcome::End;

/// Scores that are known beforehand, by the number of steps that `notes` has seen.
class KnownScores final : public Evaluator {
 public:
  KnownScores(const Notes& notes, std::map<std::size_t, Scores> scores) : notes_(notes), scores_(std::move(scores)) {}
  const std::string& split() const override { return split_; }
  std::optional<Evaluation> evaluate(tasks::TaskModel&, const EvaluationProgress& progress) const override {
    if (progress && !progress(1, 2)) return std::nullopt;
    ++count;
    Evaluation evaluation;
    evaluation.scores = scores_.at(notes_.all.size());
    return evaluation;
  }

  mutable int count = 0;

 private:
  const Notes& notes_;
  std::map<std::size_t, Scores> scores_;
  std::string split_ = "eval";
};

/// Two tasks whose mean is best at the second of three evaluations, which neither the loss nor one task alone says.
struct Judged {
  TwoTasks two;
  Notes& notes;
  KnownScores tagging, spans;

  Judged(Notes& seen, std::size_t steps_of_epoch)
      : notes(seen),
        tagging(seen, {{steps_of_epoch, {{"loss", 3}, {"f1", 0.2}}},
                       {2 * steps_of_epoch, {{"loss", 2}, {"f1", 0.6}}},
                       {3 * steps_of_epoch, {{"loss", 1}, {"f1", 0.1}}}}),
        spans(seen, {{steps_of_epoch, {{"loss", 1}, {"f1", 30}}},
                     {2 * steps_of_epoch, {{"loss", 1}, {"f1", 50}}},
                     {3 * steps_of_epoch, {{"loss", 1}, {"f1", 70}}}}) {}

  MultiTaskParts parts(CommandSource* commands = nullptr) {
    MultiTaskParts parts{two.tasks(), &notes, commands};
    parts.tasks[0].evaluator = &tagging;
    parts.tasks[1].evaluator = &spans;
    return parts;
  }
};

TrainingOptions options_of_selection() {
  TrainingOptions options = batches_of(3);
  options.learning_rate = 0.02;
  options.weight_decay = 0.01;
  options.epochs = 3;
  options.keep_best = true;
  options.select_by = "mean";
  return options;
}

std::vector<at::Tensor> trained_values(const TwoTasks& two) {
  std::vector<at::Tensor> values;
  for (const auto& model : two.models)
    for (const nn::Parameter& parameter : model->trainable()) values.push_back(parameter.value);
  return values;
}

bool are_equal(const TwoTasks& left, const TwoTasks& right) {
  const std::vector<at::Tensor> a = trained_values(left), b = trained_values(right);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const at::Tensor& x, const at::Tensor& y) { return at::equal(x, y); });
}

TEST_CASE("The best state of several tasks by the mean of their scores comes back, each task's head with it", "[train]") {
  const TrainingOptions options = options_of_selection();
  Notes notes;
  Judged judged(notes, 6);
  const MultiTaskResult result = MultiTaskTrainer(judged.parts(), options, {}).run();
  CHECK(result.end == End::Completed);
  CHECK(result.state.step == 18);
  CHECK(result.kept_step == 12);
  CHECK(result.epoch == Approx(2));
  CHECK_FALSE(result.is_evaluated);
  TwoTasks at_twelve;
  StopAfter after_twelve(12);
  TrainingOptions plain = options;
  plain.keep_best = false;
  MultiTaskTrainer({at_twelve.tasks(), nullptr, &after_twelve}, plain, {}).run();
  CHECK(are_equal(judged.two, at_twelve));
  for (const std::size_t task : {0, 1})
    CHECK(at::equal(judged.two.models[task]->export_xlora().head.at(task == 0 ? "classifier.weight" : "qa_outputs.weight"),
                    at_twelve.models[task]->export_xlora().head.at(task == 0 ? "classifier.weight" : "qa_outputs.weight")));
  TwoTasks last;
  MultiTaskTrainer({last.tasks(), nullptr, nullptr}, plain, {}).run();
  CHECK_FALSE(are_equal(judged.two, last));
}

TEST_CASE("The mean loss of several tasks chooses where it is asked for", "[train]") {
  TrainingOptions options = options_of_selection();
  options.select_by = "loss";
  Notes notes;
  Judged judged(notes, 6);
  const MultiTaskResult result = MultiTaskTrainer(judged.parts(), options, {}).run();
  CHECK(result.kept_step == 18);
  CHECK(result.is_evaluated);
  options.select_by = "f1";
  Notes other;
  Judged refused(other, 6);
  CHECK_THROWS_WITH(MultiTaskTrainer(refused.parts(), options, {}).run(), Catch::Contains("loss, mean"));
}

TEST_CASE("Means over tasks are in percent, and there only where every task has the score", "[train]") {
  using tasks::TaskKind;
  const Scores means = mean_scores({{TaskKind::Tokens, {{"loss", 2}, {"f1", 0.5}}},
                                    {TaskKind::Spans, {{"loss", 1}, {"f1", 40}}},
                                    {TaskKind::Choices, {{"loss", 3}, {"accuracy", 0.9}, {"f1", 7}}}});
  CHECK(means.at("loss") == Approx(2));
  CHECK(means.at("mean") == Approx(60));
  CHECK(mean_scores({{TaskKind::Tokens, {{"loss", 2}}}, {TaskKind::Spans, {{"loss", 1}, {"f1", 40}}}}) ==
        Scores{{"loss", 1.5}});
  CHECK(mean_scores({}).empty());
}

TEST_CASE("Early stopping counts an evaluation of all tasks as one", "[train]") {
  TrainingOptions options = options_of_selection();
  options.epochs = 9;
  options.keep_best = false;
  options.early_stopping_patience = 1;
  Notes notes;
  Judged judged(notes, 6);
  const MultiTaskResult result = MultiTaskTrainer(judged.parts(), options, {}).run();
  CHECK(result.end == End::StoppedEarly);
  CHECK(result.state.step == 18);
  CHECK(result.kept_step == 12);
  CHECK(judged.tagging.count == 3);
  CHECK(judged.spans.count == 3);
}

TEST_CASE("A step of several micro-batches adds up the gradients of whichever tasks are drawn", "[train]") {
  TrainingOptions options = batches_of(3);
  options.learning_rate = 0.02;
  options.accumulate = 5;  // of 4 batches of one task and 2 of the other: both are there
  options.epochs = 3;
  CHECK(MultiTaskTrainer({TwoTasks().tasks(), nullptr, nullptr}, options, {}).total_steps() == 6);
  options.max_steps = 1;
  TwoTasks trained;
  Notes notes;
  MultiTaskTrainer({trained.tasks(), &notes, nullptr}, options, {}).run();

  // The same by hand: what the models share is one parameter.
  TwoTasks naive;
  std::vector<std::vector<std::int64_t>> lengths;
  for (const TrainedTask& task : naive.tasks())
    lengths.push_back(row_lengths(row_begins(task.model->kind(), task.features), task.features));
  const std::vector<MicroBatch> draws = TaskStream(lengths, options, {}).batches(0);
  for (const auto& model : naive.models) model->zero_gradients();
  std::map<std::size_t, std::vector<double>> losses;
  double mean = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const TrainedTask task = naive.tasks()[draws[i].task];
    std::vector<const data::Feature*> rows;
    for (const std::int64_t row : draws[i].rows) rows.push_back(&task.features[static_cast<std::size_t>(row)]);
    const double loss = task.model->train_micro_batch(tasks::make_batch(task.model->kind(), rows), 0.2, {42, i});
    losses[draws[i].task].push_back(loss);
    mean += loss / 5;
  }
  std::vector<nn::Parameter> parameters;
  std::set<const void*> seen;
  for (const auto& model : naive.models)
    for (const nn::Parameter& parameter : model->trainable())
      if (seen.insert(parameter.value.data_ptr()).second) parameters.push_back(parameter);
  Optimizer optimizer(parameters, options, Arithmetic::Fused);
  optimizer.step(1, 0.02, optimizer.clip_factor(optimizer.gradient_norm(), options.max_grad_norm));

  REQUIRE(losses.size() == 2);
  CHECK(notes.all.front() == Approx(mean));
  for (const auto& [task, values] : losses) {
    double sum = 0;
    for (const double value : values) sum += value;
    CHECK(notes.losses[task].front() == Approx(sum / static_cast<double>(values.size())));
  }
  const std::vector<at::Tensor> found = trained_values(trained), expected = trained_values(naive);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(at::allclose(found[i], expected[i], 1e-4, 1e-6));
}

TEST_CASE("Several tasks with accumulation and a best state, stopped anywhere and resumed, give the same bits", "[train]") {
  TrainingOptions options = options_of_selection();
  options.accumulate = 2;
  Notes whole_notes;
  Judged whole(whole_notes, 3);
  const MultiTaskResult result = MultiTaskTrainer(whole.parts(), options, {}).run();
  REQUIRE(result.state.step == 9);
  REQUIRE(result.kept_step == 6);
  // A command is taken before every step, in every evaluation of a task, and once more after each of all.
  for (int stop_at = 0; stop_at < 18; ++stop_at) {
    INFO("stopped when commands were asked for " << stop_at << " times");
    const lorascope::test::TemporaryFolder folder;
    options.checkpoint_folder = folder.path();
    Notes notes;
    Judged first(notes, 3);
    StopAfter stop(stop_at);
    const MultiTaskResult halted = MultiTaskTrainer(first.parts(&stop), options, {}).run();
    if (halted.end != End::Stopped) {
      CHECK(stop_at >= 16);
      continue;
    }
    CHECK_FALSE(halted.kept_step);
    Judged second(notes, 3);
    MultiTaskTrainer resumed(second.parts(), options, {});
    resumed.restore(read_checkpoint(*newest_checkpoint(folder.path())));
    const MultiTaskResult ended = resumed.run();
    CHECK(ended.end == End::Completed);
    CHECK(ended.kept_step == 6);
    CHECK(notes.all == whole_notes.all);
    CHECK(are_equal(second.two, whole.two));
  }
}

}  // namespace
}  // namespace lorascope::train
