#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "core/files/model_folder.h"
#include "core/files/xlora_folder.h"
#include "core/nn/initialise.h"
#include "core/tasks/mixture_model.h"
#include "core/tasks/shared_encoder.h"
#include "core/train/multi_task_trainer.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace lorascope::train {
namespace {

std::vector<std::vector<std::int64_t>> lengths(const std::vector<std::size_t>& rows) {
  std::vector<std::vector<std::int64_t>> result;
  for (const std::size_t count : rows) result.emplace_back(count, 5);
  return result;
}

TrainingOptions batches_of(int size) {
  TrainingOptions options;
  options.batch_size = size;
  return options;
}

TEST_CASE("Tasks drawn in proportion see every row once an epoch", "[train]") {
  const TaskStream stream(lengths({20, 7, 3}), batches_of(4), {});
  CHECK(stream.counts() == std::vector<std::int64_t>{5, 2, 1});
  for (const std::int64_t epoch : {0, 1}) {
    std::vector<std::multiset<std::int64_t>> seen(3);
    const auto draws = stream.batches(epoch);
    CHECK(draws.size() == 8);
    for (const TaskStream::Draw& draw : draws) seen[draw.task].insert(draw.rows.begin(), draw.rows.end());
    for (std::size_t task = 0; task < 3; ++task) {
      const std::size_t rows = task == 0 ? 20 : task == 1 ? 7 : 3;
      CHECK(seen[task].size() == rows);
      CHECK(std::set<std::int64_t>(seen[task].begin(), seen[task].end()).size() == rows);
    }
  }
  const auto first = stream.batches(0), again = stream.batches(0), second = stream.batches(1);
  const auto tasks = [](const std::vector<TaskStream::Draw>& draws) {
    std::vector<std::size_t> order;
    for (const TaskStream::Draw& draw : draws) order.push_back(draw.task);
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
    for (const TaskStream::Draw& draw : uniform.batches(epoch))
      if (draw.task == 0) seen.insert(draw.rows.begin(), draw.rows.end());
  CHECK(seen.size() == 64);
}

TEST_CASE("What cannot be drawn from is refused", "[train]") {
  CHECK_THROWS_WITH(TaskStream(lengths({4, 0}), batches_of(2), {}), Catch::Contains("task 1"));
  CHECK_THROWS_WITH(TaskStream(lengths({4}), batches_of(2), {TaskDraw::Temperature, 0}),
                    Catch::Contains("temperature"));
  CHECK_THROWS_WITH(task_draw_from("often"), Catch::Contains("proportional"));
}

/// A tagging task of 5 labels and a span task on one tiny encoder, with two adapters.
struct TwoTasks {
  files::ModelFolder base;
  std::vector<files::AdapterFolder> adapters;
  std::vector<data::Feature> tagging, spans;
  std::vector<std::unique_ptr<tasks::TaskModel>> models;

  TwoTasks() {
    base.folder = "tiny model";
    base.config = lorascope::test::tiny_config(2);
    base.tensors = lorascope::test::tiny_tensors(base.config, 1, 5);
    base.tensors["qa_outputs.weight"] = nn::draw_normal({2, 8}, 0.3, 1, "span");
    base.tensors["qa_outputs.bias"] = at::zeros({2});
    for (std::size_t n = 0; n < 2; ++n) {
      files::AdapterConfig config;
      config.rank = 2;
      config.target_modules.names = {"query", "value"};
      files::AdapterFolder adapter;
      adapter.folder = "adapters/number" + std::to_string(n);
      adapter.config = config;
      adapter.tensors = lorascope::test::tiny_adapter_tensors(base.config, config, 2, 5);
      for (const std::string& name : adapter.other_names()) adapter.tensors.erase(name);
      for (auto& [name, tensor] : adapter.tensors) tensor = nn::draw_normal(tensor.sizes(), 0.4, n, name);
      adapters.push_back(adapter);
    }
    for (int row = 0; row < 12; ++row) {
      data::Feature feature;
      feature.example = row;
      for (int i = 0; i < 4 + row % 5; ++i) {
        feature.input_ids.push_back(1 + (row * 7 + i * 3) % 39);
        feature.token_type_ids.push_back(0);
      }
      data::Feature span = feature;
      for (const std::int32_t id : feature.input_ids) feature.labels.push_back(id % 5);
      span.start_position = 1 + row % 3;
      span.end_position = span.start_position + 1;
      tagging.push_back(feature);
      if (row < 6) spans.push_back(span);
    }
    files::XloraConfig config;
    config.is_layerwise = true;
    config.dropout = 0;
    const files::XloraFolder mixture = tasks::new_xlora(base, {&adapters[0], &adapters[1]}, config, 1);
    std::vector<tasks::TaskModelOptions> options(2);
    options[1].kind = tasks::TaskKind::Spans;
    tasks::XloraModelOptions xlora;
    xlora.trains_head = true;
    models = tasks::xlora_models(base, options, mixture, xlora);
  }

  std::vector<TrainedTask> tasks() {
    return {{"tagging", models[0].get(), tagging, nullptr}, {"spans", models[1].get(), spans, nullptr}};
  }
};

/// Keeps what is reported, by task.
class Notes final : public TrainingObserver {
 public:
  void on_task(std::size_t task) override { task_ = task; }
  void on_step_end(const StepReport& report) override {
    losses[task_].push_back(report.loss);
    all.push_back(report.loss);
  }

  std::map<std::size_t, std::vector<double>> losses;
  std::vector<double> all;

 private:
  std::size_t task_ = 99;
};

/// Asks for a stop after so many steps.
class StopAfter final : public CommandSource {
 public:
  explicit StopAfter(int steps) : left_(steps) {}
  std::optional<Command> take() override { return left_-- == 0 ? std::optional(Command::Stop) : std::nullopt; }

 private:
  int left_;
};

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
  CHECK_THROWS_WITH(MultiTaskTrainer({two.tasks(), nullptr, nullptr}, options, {}), Catch::Contains("several tasks"));
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
  CHECK(MultiTaskTrainer({first.tasks(), &parts, &after_eight}, options, {}).run().is_stopped);
  TwoTasks second;
  MultiTaskTrainer resumed({second.tasks(), &parts, nullptr}, options, {});
  resumed.restore(read_checkpoint(*newest_checkpoint(folder.path())));
  CHECK_FALSE(resumed.run().is_stopped);
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
