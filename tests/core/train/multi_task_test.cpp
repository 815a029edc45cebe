#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "core/tasks/shared_encoder.h"
#include "tests/core/train/two_tasks.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::train {
namespace {

using test::batches_of;
using test::Notes;
using test::StopAfter;
using test::TwoTasks;

std::vector<std::vector<std::int64_t>> lengths(const std::vector<std::size_t>& rows) {
  std::vector<std::vector<std::int64_t>> result;
  for (const std::size_t count : rows) result.emplace_back(count, 5);
  return result;
}

TEST_CASE("Tasks drawn in proportion see every row once an epoch", "[train]") {
  const TaskStream stream(lengths({20, 7, 3}), batches_of(4), {});
  CHECK(stream.counts() == std::vector<std::int64_t>{5, 2, 1});
  for (const std::int64_t epoch : {0, 1}) {
    std::vector<std::multiset<std::int64_t>> seen(3);
    const auto draws = stream.batches(epoch);
    CHECK(draws.size() == 8);
    for (const MicroBatch& draw : draws) seen[draw.task].insert(draw.rows.begin(), draw.rows.end());
    for (std::size_t task = 0; task < 3; ++task) {
      const std::size_t rows = task == 0 ? 20 : task == 1 ? 7 : 3;
      CHECK(seen[task].size() == rows);
      CHECK(std::set<std::int64_t>(seen[task].begin(), seen[task].end()).size() == rows);
    }
  }
  const auto first = stream.batches(0), again = stream.batches(0), second = stream.batches(1);
  const auto tasks = [](const std::vector<MicroBatch>& draws) {
    std::vector<std::size_t> order;
    for (const MicroBatch& draw : draws) order.push_back(draw.task);
    return order;
  };
  CHECK(tasks(first) == tasks(again));
  CHECK(first.front().rows == again.front().rows);
  CHECK((tasks(first) != tasks(second) || first.front().rows != second.front().rows));
}

TEST_CASE("Uniform drawing gives each task as many batches, a temperature something between", "[train]") {
  const TaskStream uniform(lengths({64, 8, 4}), batches_of(4), {TaskDraw::Uniform, 1});
  CHECK(uniform.batches_per_epoch() == 19);
  for (const std::int64_t count : uniform.counts()) CHECK((count == 6 || count == 7));
  const TaskStream warm(lengths({64, 8, 4}), batches_of(4), {TaskDraw::Temperature, 2});
  CHECK(warm.batches_per_epoch() == 19);
  CHECK(warm.counts()[0] > uniform.counts()[0]);
  CHECK(warm.counts()[0] < 16);
  const TaskStream plain(lengths({64, 8, 4}), batches_of(4), {TaskDraw::Temperature, 1});
  CHECK(plain.counts() == std::vector<std::int64_t>{16, 2, 1});
  // A task that is drawn rarely goes on where its last epoch ended.
  std::set<std::int64_t> seen;
  for (std::int64_t epoch = 0; epoch < 3; ++epoch)
    for (const MicroBatch& draw : uniform.batches(epoch))
      if (draw.task == 0) seen.insert(draw.rows.begin(), draw.rows.end());
  CHECK(seen.size() == 64);
}

TEST_CASE("What cannot be drawn from is refused", "[train]") {
  CHECK_THROWS_WITH(TaskStream(lengths({4, 0}), batches_of(2), {}), Catch::Contains("task 1"));
  CHECK_THROWS_WITH(TaskStream(lengths({4}), batches_of(2), {TaskDraw::Temperature, 0}),
                    Catch::Contains("temperature"));
  CHECK_THROWS_WITH(task_draw_from("often"), Catch::Contains("proportional"));
}

TEST_CASE("One gate learns from several tasks, each with a head of its own", "[train]") {
  TwoTasks two;
  const auto head = [&](std::size_t task) { return two.models[task]->export_xlora().head; };
  const auto head_of_tagging = head(0).at("classifier.weight").clone(),
             head_of_spans = head(1).at("qa_outputs.weight").clone();
  TrainingOptions options = batches_of(3);
  options.learning_rate = 0.02;
  options.epochs = 12;
  Notes notes;
  MultiTaskTrainer trainer({two.tasks(), &notes, nullptr}, options, {});
  CHECK(trainer.total_steps() == 12 * 6);
  trainer.run();
  auto& losses = notes.losses;
  REQUIRE(losses[0].size() == 48);
  REQUIRE(losses[1].size() == 24);
  for (const auto& [task, values] : losses) {
    const auto mean = [](auto begin, auto end) {
      return std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
    };
    CHECK(mean(values.end() - 6, values.end()) < mean(values.begin(), values.begin() + 6));
  }
  CHECK(!at::equal(head(0).at("classifier.weight"), head_of_tagging));
  CHECK(!at::equal(head(1).at("qa_outputs.weight"), head_of_spans));
  const files::XloraFolder left = two.models[0]->export_xlora(), right = two.models[1]->export_xlora();
  CHECK(at::equal(left.gate.front().weight, right.gate.front().weight));
  for (std::size_t n = 0; n < two.adapters.size(); ++n)
    for (const auto& [name, tensor] : two.adapters[n].tensors)
      CHECK(at::equal(left.adapters[n].tensors.at(name), tensor));
}

TEST_CASE("A step on one task leaves the other task's head as it is", "[train]") {
  TwoTasks two;
  TrainingOptions options = batches_of(3);
  options.learning_rate = 0.02;
  options.max_steps = 1;
  const auto before = std::vector{two.models[0]->export_xlora().head.at("classifier.weight").clone(),
                                  two.models[1]->export_xlora().head.at("qa_outputs.weight").clone()};
  Notes notes;
  MultiTaskTrainer trainer({two.tasks(), &notes, nullptr}, options, {});
  trainer.run();
  REQUIRE(notes.losses.size() == 1);
  const std::size_t drawn = notes.losses.begin()->first;
  REQUIRE(drawn < 2);
  const auto after = std::vector{two.models[0]->export_xlora().head.at("classifier.weight"),
                                 two.models[1]->export_xlora().head.at("qa_outputs.weight")};
  CHECK(!at::equal(after[drawn], before[drawn]));
  CHECK(at::equal(after[1 - drawn], before[1 - drawn]));
}

TEST_CASE("Models that share nothing are refused", "[train]") {
  TwoTasks two, others;
  CHECK_THROWS_WITH(MultiTaskTrainer({{two.tasks()[0], others.tasks()[1]}, nullptr, nullptr}, batches_of(2), {}),
                    Catch::Contains("share no trained parameter"));
  TrainingOptions options = batches_of(2);
  options.keep_best = true;
  CHECK_THROWS_WITH(MultiTaskTrainer({two.tasks(), nullptr, nullptr}, options, {}),
                    Catch::Contains("evaluation file of tagging"));
}

TEST_CASE("A training on several tasks that is stopped and resumed gives the same bits", "[train]") {
  const lorascope::test::TemporaryFolder folder;
  TrainingOptions options = batches_of(3);
  options.learning_rate = 0.02;
  options.weight_decay = 0.01;
  options.epochs = 3;
  TwoTasks straight;
  Notes whole;
  MultiTaskTrainer({straight.tasks(), &whole, nullptr}, options, {}).run();

  options.checkpoint_folder = folder.path();
  Notes parts;
  TwoTasks first;
  StopAfter after_eight(8);
  CHECK(MultiTaskTrainer({first.tasks(), &parts, &after_eight}, options, {}).run().end == TrainingOutcome::End::Stopped);
  TwoTasks second;
  MultiTaskTrainer resumed({second.tasks(), &parts, nullptr}, options, {});
  resumed.restore(read_checkpoint(*newest_checkpoint(folder.path())));
  CHECK(resumed.run().end == TrainingOutcome::End::Completed);
  CHECK(parts.all == whole.all);
  for (std::size_t task = 0; task < 2; ++task)
    for (std::size_t i = 0; i < straight.models[task]->trainable().size(); ++i)
      CHECK(at::equal(straight.models[task]->trainable()[i].value, second.models[task]->trainable()[i].value));

  options.learning_rate = 0.01;
  MultiTaskTrainer other({second.tasks(), nullptr, nullptr}, options, {});
  CHECK_THROWS_WITH(other.restore(read_checkpoint(*newest_checkpoint(folder.path()))),
                    Catch::Contains("learning_rate"));
}

TEST_CASE("Full fine-tuning of several tasks trains one encoder under all heads", "[train]") {
  TwoTasks two;
  std::vector<tasks::TaskModelOptions> options(2);
  options[1].kind = tasks::TaskKind::Spans;
  two.models = tasks::full_models(two.base, options);
  TrainingOptions training = batches_of(3);
  training.learning_rate = 0.01;
  training.epochs = 12;
  Notes notes;
  MultiTaskTrainer({two.tasks(), &notes, nullptr}, training, {}).run();
  const auto left = two.models[0]->export_model(), right = two.models[1]->export_model();
  for (const auto& [name, tensor] : left) {
    if (right.count(name) != 0) CHECK(at::equal(tensor, right.at(name)));
    if (name.find("word_embeddings") != std::string::npos) CHECK_FALSE(at::equal(tensor, two.base.tensors.at(name)));
  }
  CHECK(left.count("classifier.weight") == 1);
  CHECK(right.count("classifier.weight") == 0);
  for (const auto& [task, losses] : notes.losses)
    CHECK(std::accumulate(losses.end() - 6, losses.end(), 0.0) < std::accumulate(losses.begin(), losses.begin() + 6, 0.0));

  // The same steps on models that share nothing, their encoders made equal after each step, is what it must be.
  TwoTasks naive;
  naive.models.clear();
  for (const tasks::TaskModelOptions& own : options) naive.models.push_back(tasks::TaskModel::full(naive.base, own));
  training.max_steps = 1;
  MultiTaskTrainer({{naive.tasks()[0]}, nullptr, nullptr}, training, {}).run();
  TwoTasks shared;
  shared.models = tasks::full_models(shared.base, options);
  MultiTaskTrainer({{shared.tasks()[0]}, nullptr, nullptr}, training, {}).run();
  const auto alone = naive.models[0]->export_model(), together = shared.models[1]->export_model();
  for (const auto& [name, tensor] : together)
    if (alone.count(name) != 0) CHECK(at::equal(tensor, alone.at(name)));
}

}  // namespace
}  // namespace lorascope::train
