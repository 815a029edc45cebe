#include "core/tasks/task_model.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "tests/core/tasks/small_model.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace lorascope::tasks::test {

TEST_CASE("a head that the folder lacks is drawn from the seed", "[tasks]") {
  files::ModelFolder model = small_model();
  model.tensors.erase("classifier.weight");
  model.tensors.erase("classifier.bias");
  TaskModelOptions options = on(Path::Packed);
  CHECK_THROWS_WITH(TaskModel::full(model, options), Catch::Contains("number of labels"));
  options.num_labels = 400;
  const auto drawn = TaskModel::full(model, options)->export_model();
  CHECK(drawn.at("classifier.weight").std().item<double>() == Approx(model.config.initializer_range).epsilon(0.1));
  CHECK(drawn.at("classifier.bias").abs().max().item<double>() == 0);
  CHECK(at::equal(TaskModel::full(model, options)->export_model().at("classifier.weight"),
                  drawn.at("classifier.weight")));
  options.seed = 7;
  CHECK_FALSE(at::equal(TaskModel::full(model, options)->export_model().at("classifier.weight"),
                        drawn.at("classifier.weight")));
}

TEST_CASE("a head of another size, and half a head, are refused", "[tasks]") {
  files::ModelFolder model = small_model();
  TaskModelOptions options = on(Path::Packed);
  options.num_labels = 6;
  CHECK_THROWS_AS(TaskModel::full(model, options), CheckpointError);
  CHECK_THROWS_WITH(TaskModel::full(model, options), Catch::Contains("[5, 8]") && Catch::Contains("[6, 8]"));
  model.tensors.erase("classifier.bias");
  CHECK_THROWS_WITH(TaskModel::full(model, on(Path::Packed)), Catch::Contains("classifier.bias"));
}

TEST_CASE("a given head takes the place of the folder's", "[tasks]") {
  TaskModelOptions options = on(Path::Packed);
  options.head = {{"classifier.weight", at::zeros({2, 8})}, {"classifier.bias", at::ones({2})}};
  const auto model = TaskModel::full(small_model(), options);
  CHECK(model->num_labels() == 2);
  CHECK(at::equal(model->evaluate(part_of(small_batch(), 1, 2), {}).logits, at::ones({1, 2})));
}

TEST_CASE("training full weights leaves the folder's tensors alone", "[tasks]") {
  const files::ModelFolder model = small_model();
  const auto trained = TaskModel::full(model, on(GENERATE(Path::Packed, Path::Compatible)));
  for (const Parameter& parameter : trained->trainable()) at::Tensor(parameter.value).add_(1);
  for (const auto& [name, tensor] : small_model().tensors) CHECK(at::equal(model.tensors.at(name), tensor));
}

TEST_CASE("an exported model opens with the same logits", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  const files::ModelFolder model = small_model();
  const auto trained = TaskModel::full(model, on(path));
  for (const Parameter& parameter : trained->trainable()) at::Tensor(parameter.value).mul_(1.01);
  const lorascope::test::TemporaryFolder folder;
  files::ModelExport how;
  how.architecture = "BertForTokenClassification";
  files::write_model_folder(folder.path() / "model", model.config, trained->export_model(), how);
  const auto again = TaskModel::full(files::load_model_folder(folder.path() / "model"), on(path));
  CHECK(at::equal(again->evaluate(small_batch()).logits, trained->evaluate(small_batch()).logits));
}

TEST_CASE("inputs that the model has no place for are named", "[tasks]") {
  const auto model = TaskModel::full(small_model(), on(GENERATE(Path::Packed, Path::Compatible)));
  Batch batch = small_batch();
  SECTION("a token id") {
    batch.tokens.ids[3] = 40;
    CHECK_THROWS_WITH(model->evaluate(batch), Catch::Contains("token id of token 3") && Catch::Contains("40"));
  }
  SECTION("a segment id") {
    batch.tokens.types[3] = 2;
    CHECK_THROWS_AS(model->train_micro_batch(batch, 1, {}), DataError);
  }
  SECTION("a position") {
    batch.tokens.positions[3] = 32;
    CHECK_THROWS_WITH(model->evaluate(batch), Catch::Contains("position of token 3"));
  }
  SECTION("a label") {
    batch.labels[3] = 5;
    CHECK_THROWS_WITH(model->evaluate(batch), Catch::Contains("label of token 3"));
  }
}

TEST_CASE("an empty batch is nothing", "[tasks]") {
  const auto model = TaskModel::full(small_model(), on(Path::Packed));
  CHECK(model->evaluate({}).logits.size(0) == 0);
  model->zero_gradients();
  CHECK(model->train_micro_batch({}, 1, {}) == 0);
}

TEST_CASE("losses of tokens are the terms of the mean", "[tasks]") {
  const auto model = TaskModel::full(small_model(), on(GENERATE(Path::Packed, Path::Compatible)));
  const Batch batch = small_batch();
  const Output output = model->evaluate(batch);
  double sum = 0, count = 0;
  for (std::size_t t = 0; t < batch.labels.size(); ++t) {
    if (batch.labels[t] < 0) CHECK(output.losses[t] == 0);
    sum += output.losses[t];
    count += batch.labels[t] >= 0 ? 1 : 0;
  }
  CHECK(output.loss == Approx(sum / count));
  model->zero_gradients();
  CHECK(output.loss == Approx(model->train_micro_batch(batch, 1, {})).epsilon(1e-5));
}

}  // namespace lorascope::tasks::test
