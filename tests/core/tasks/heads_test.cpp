#include <ATen/ATen.h>

#include <cmath>

#include "tests/core/tasks/small_model.h"
#include "tests/support/catch.h"

namespace lorascope::tasks::test {
namespace {

constexpr nn::DropoutKey kKey{77, 3};

TaskModelOptions with(Path path, TaskKind kind, SpanLoss loss) {
  TaskModelOptions options = on(path, kind);
  options.span_loss = loss;
  return options;
}

void check_paths_agree(TaskModel& packed, TaskModel& compatible, const Batch& batch) {
  const Output found = packed.evaluate(batch, {.merged = false, .hidden_states = true});
  const Output expected = compatible.evaluate(batch, {.merged = false, .hidden_states = true});
  CHECK(deviation(found.logits, expected.logits) < kValueTolerance);
  CHECK(found.loss == Approx(expected.loss).epsilon(kValueTolerance));
  CHECK(deviation(found.hidden_states.back(), expected.hidden_states.back()) < kValueTolerance);
  check_gradients(gradients_of(packed, batch, kKey, 0.5), gradients_of(compatible, batch, kKey, 0.5));
  CHECK(packed.train_micro_batch(batch, 1, kKey) == Approx(compatible.train_micro_batch(batch, 1, kKey)).epsilon(1e-5));
}

/// Softmax cross entropy with plain loops.
double entropy(const std::vector<double>& logits, std::int64_t label) {
  double total = 0;
  for (const double logit : logits) total += std::exp(logit);
  return std::log(total) - logits[static_cast<std::size_t>(label)];
}

}  // namespace

TEST_CASE("both paths agree on every head of both families, without dropout and with the same masks", "[tasks]") {
  Sample sample;
  sample.family = GENERATE(files::Family::Bert, files::Family::DistilBert);
  sample.kind = GENERATE(TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices);
  sample.dropout = GENERATE(0.0, 0.3);
  const auto loss = GENERATE(SpanLoss::Real, SpanLoss::Padded);
  CAPTURE(sample.family == files::Family::Bert, static_cast<int>(sample.kind), sample.dropout,
          loss == SpanLoss::Padded);
  const files::ModelFolder model = small_model(sample);
  const Batch batch = small_batch(sample.kind);
  SECTION("full fine-tuning") {
    check_paths_agree(*TaskModel::full(model, with(Path::Packed, sample.kind, loss)),
                      *TaskModel::full(model, with(Path::Compatible, sample.kind, loss)), batch);
  }
  SECTION("an adapter") {
    files::AdapterConfig config = query_value();
    config.dropout = sample.dropout;
    config.target_modules.names = {"query", "value", "q_lin", "v_lin", "lin2", "pooler.dense"};
    const files::AdapterFolder adapter = small_adapter(config, sample);
    check_paths_agree(*TaskModel::with_adapters(model, with(Path::Packed, sample.kind, loss), {&adapter}),
                      *TaskModel::with_adapters(model, with(Path::Compatible, sample.kind, loss), {&adapter}), batch);
  }
}

TEST_CASE("a span's loss is the mean of two cross entropies over the row's own positions", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  const auto model = TaskModel::full(small_model({.kind = TaskKind::Spans}), with(path, TaskKind::Spans, SpanLoss::Real));
  const Batch batch = small_batch(TaskKind::Spans);
  const Output output = model->evaluate(batch);
  std::vector<double> starts, ends;
  for (std::int64_t b = 0; b < 6; ++b) {
    const std::int64_t first = batch.tokens.boundaries[b], length = batch.tokens.length(b);
    for (const int side : {0, 1}) {
      std::vector<double> logits;
      for (std::int64_t t = 0; t < length; ++t) logits.push_back(output.logits[first + t][side].item<double>());
      const std::int64_t label = std::max<std::int64_t>((side == 0 ? batch.start_positions : batch.end_positions)[b], 0);
      if (label < length) (side == 0 ? starts : ends).push_back(entropy(logits, label));
    }
  }
  REQUIRE(starts.size() == 5);  // one start lies beyond its row
  REQUIRE(ends.size() == 5);
  double expected = 0;
  for (const double term : starts) expected += term / 10;
  for (const double term : ends) expected += term / 10;
  CHECK(output.loss == Approx(expected).epsilon(1e-5));
  CHECK(model->train_micro_batch(batch, 1, {}) == Approx(expected).epsilon(1e-5));
  CHECK(output.losses.size() == 6);
  CHECK(output.losses[1] == Approx(0).margin(1e-6));  // a row of one position
}

TEST_CASE("the originals' span loss depends on how far a batch is padded, the other one does not", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  const files::ModelFolder folder = small_model({.kind = TaskKind::Spans});
  const Batch all = small_batch(TaskKind::Spans);
  Batch alone;
  alone.tokens = all.tokens.part(0, 1);
  alone.start_positions = {all.start_positions[0]};
  alone.end_positions = {all.end_positions[0]};
  Batch beside = alone;
  beside.tokens.append(std::vector<std::int32_t>(30, 7), {});
  beside.start_positions.push_back(100);  // out of the loss
  beside.end_positions.push_back(100);
  const auto real = TaskModel::full(folder, with(path, TaskKind::Spans, SpanLoss::Real));
  const auto padded = TaskModel::full(folder, with(path, TaskKind::Spans, SpanLoss::Padded));
  CHECK(real->evaluate(beside).loss == Approx(real->evaluate(alone).loss).epsilon(1e-5));
  CHECK(padded->evaluate(alone).loss == Approx(real->evaluate(alone).loss).epsilon(1e-5));
  CHECK(padded->evaluate(beside).loss > padded->evaluate(alone).loss + 0.01);
  // Logits are those of real positions whatever the loss.
  const Output output = padded->evaluate(beside);
  REQUIRE(output.logits.size(0) == beside.tokens.num_tokens());
  CHECK(deviation(output.logits, real->evaluate(beside).logits) < kValueTolerance);
}

TEST_CASE("spans without labels have logits and no loss", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  const auto model = TaskModel::full(small_model({.kind = TaskKind::Spans}), on(path, TaskKind::Spans));
  Batch batch = small_batch(TaskKind::Spans);
  batch.start_positions.clear();
  batch.end_positions.clear();
  const Output output = model->evaluate(batch);
  CHECK(output.logits.size(0) == batch.tokens.num_tokens());
  CHECK(output.loss == 0);
  CHECK(output.losses.empty());
  CHECK(model->train_micro_batch(batch, 1, {}) == 0);
}

TEST_CASE("choices are compared within their example and read the first column only", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  const auto family = GENERATE(files::Family::Bert, files::Family::DistilBert);
  const auto model =
      TaskModel::full(small_model({.family = family, .kind = TaskKind::Choices}), on(path, TaskKind::Choices));
  Batch batch = small_batch(TaskKind::Choices);
  const Output output = model->evaluate(batch);
  REQUIRE(output.logits.sizes() == at::IntArrayRef({3, 3}));
  const auto row = [&](std::int64_t example) {
    std::vector<double> logits;
    for (int c = 0; c < 3; ++c) logits.push_back(output.logits[example][c].item<double>());
    return logits;
  };
  const double first = entropy(row(0), 2), last = entropy(row(2), 0);
  REQUIRE(output.losses.size() == 3);
  CHECK(output.losses[0] == Approx(first));
  CHECK(output.losses[1] == 0);
  CHECK(output.losses[2] == Approx(last));
  CHECK(output.loss == Approx((first + last) / 2));
  CHECK(model->train_micro_batch(batch, 1, {}) == Approx((first + last) / 2).epsilon(1e-5));
  batch.labels = {3, 0, 0};
  CHECK_THROWS_WITH(model->evaluate(batch), Catch::Contains("label of example 0") && Catch::Contains("0 to 2"));
}

TEST_CASE("where a row is padded on the left, choices read what stands at the first column", "[tasks]") {
  const files::ModelFolder folder = small_model({.kind = TaskKind::Choices});
  Batch batch = small_batch(TaskKind::Choices);
  for (std::int32_t t = batch.tokens.boundaries[2]; t < batch.tokens.boundaries[3]; ++t) batch.tokens.positions[t] += 4;
  check_paths_agree(*TaskModel::full(folder, on(Path::Packed, TaskKind::Choices)),
                    *TaskModel::full(folder, on(Path::Compatible, TaskKind::Choices)), batch);
}

TEST_CASE("a head and a pooler that the folder lacks are drawn, or refused where they must be there", "[tasks]") {
  files::ModelFolder model = small_model({.kind = TaskKind::Choices});
  for (const char* name : {"classifier.weight", "classifier.bias", "bert.pooler.dense.weight", "bert.pooler.dense.bias"})
    model.tensors.erase(name);
  const auto drawn = TaskModel::full(model, on(Path::Packed, TaskKind::Choices));
  CHECK(drawn->export_model().at("bert.pooler.dense.weight").abs().max().item<double>() > 0);
  CHECK(drawn->export_model().at("classifier.weight").sizes() == at::IntArrayRef({1, 8}));
  TaskModelOptions strict = on(Path::Packed, TaskKind::Choices);
  strict.may_draw_head = false;
  CHECK_THROWS_WITH(TaskModel::full(model, strict), Catch::Contains("bert.pooler.dense.weight"));
  model = small_model({.kind = TaskKind::Choices});
  model.tensors.erase("classifier.weight");
  model.tensors.erase("classifier.bias");
  CHECK_THROWS_WITH(TaskModel::full(model, strict), Catch::Contains("classifier.weight"));
}

TEST_CASE("a new adapter for choices trains the head where that is wanted, and saves a drawn one in any case",
          "[tasks]") {
  const auto family = GENERATE(files::Family::Bert, files::Family::DistilBert);
  files::ModelFolder model = small_model({.family = family, .kind = TaskKind::Choices});
  TaskModelOptions options = on(Path::Packed, TaskKind::Choices);
  files::AdapterConfig config;
  config.rank = 2;
  const std::int64_t pooler = family == files::Family::DistilBert ? 8 * 8 + 8 : 0, head = 8 + 1;
  const std::int64_t lora = 3 * 2 * 2 * (8 + 8);
  const auto trained = TaskModel::with_new_adapter(model, options, config);
  const std::int64_t base = TaskModel::full(model, options)->counts().all;
  CHECK(trained->counts().trainable == lora + pooler + head);
  CHECK(trained->counts().all == base + lora + pooler + head);
  const files::AdapterFolder folder = trained->export_adapter();
  CHECK(folder.tensors.count("base_model.model.classifier.weight") == 1);
  CHECK(folder.tensors.count("base_model.model.pre_classifier.bias") == (pooler > 0 ? 1 : 0));
  CHECK(folder.config.modules_to_save.size() == (pooler > 0 ? 2 : 1));
  const auto reopened = TaskModel::with_adapters(model, options, {&folder});
  CHECK(reopened->counts().all == trained->counts().all);
  CHECK(reopened->counts().trainable == trained->counts().trainable);

  options.train_head = false;
  const auto frozen = TaskModel::with_new_adapter(model, options, config);
  CHECK(frozen->counts().trainable == lora);
  CHECK(frozen->export_adapter().tensors.count("base_model.model.classifier.weight") == 0);
  CHECK(frozen->export_adapter().config.modules_to_save.empty());
  model.tensors.erase("classifier.weight");
  model.tensors.erase("classifier.bias");
  const auto drawn = TaskModel::with_new_adapter(model, options, config);
  CHECK(drawn->counts().trainable == lora);
  CHECK(drawn->export_adapter().tensors.count("base_model.model.classifier.weight") == 1);
}

}  // namespace lorascope::tasks::test
