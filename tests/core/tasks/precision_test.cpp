#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "tests/core/tasks/small_model.h"
#include "tests/support/catch.h"

namespace lorascope::tasks::test {
namespace {

constexpr nn::DropoutKey kKey{77, 3};
/// bf16 keeps 8 bits, a relative error of 2^-9 a factor. Errors of three layers of width 8 hardly average out.
constexpr double kMixedTolerance = 0.06;

TaskModelOptions mixed(Path path, TaskKind kind, nn::Precision precision = nn::Precision::Bf16) {
  TaskModelOptions options = on(path, kind);
  options.precision = precision;
  options.span_loss = SpanLoss::Padded;
  return options;
}

/// Losses of plain descent.
std::vector<double> losses(TaskModel& model, const Batch& batch, int steps) {
  std::vector<double> result;
  for (int step = 0; step < steps; ++step) {
    model.zero_gradients();
    result.push_back(model.train_micro_batch(batch, 1, {5, static_cast<std::uint32_t>(step)}));
    for (const Parameter& parameter : model.trainable()) at::Tensor(parameter.value).sub_(parameter.gradient, 0.02);
  }
  return result;
}

void check_follows(TaskModel& found, TaskModel& expected, const Batch& batch) {
  constexpr int kSteps = 40;
  const std::vector<double> ours = losses(found, batch, kSteps), theirs = losses(expected, batch, kSteps);
  CHECK(theirs.back() < theirs.front());
  CHECK(ours != theirs);
  for (int step = 0; step < kSteps; ++step) {
    CAPTURE(step);
    CHECK(std::abs(ours[step] - theirs[step]) < 0.03 * theirs.front());
  }
  for (const Parameter& parameter : found.trainable()) {
    CHECK(parameter.value.scalar_type() == at::kFloat);
    CHECK(parameter.gradient.scalar_type() == at::kFloat);
  }
}

}  // namespace

TEST_CASE("mixed precision learns as fp32 does, within three per cent of the first loss over forty steps", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  Sample sample;
  sample.family = GENERATE(files::Family::Bert, files::Family::DistilBert);
  sample.kind = GENERATE(TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices);
  const files::ModelFolder model = small_model(sample);
  const Batch batch = small_batch(sample.kind);
  SECTION("full fine-tuning") {
    check_follows(*TaskModel::full(model, mixed(path, sample.kind)),
                  *TaskModel::full(model, mixed(path, sample.kind, nn::Precision::Fp32)), batch);
  }
  SECTION("an adapter") {
    files::AdapterConfig config = query_value();
    config.target_modules.names = {"query", "value", "q_lin", "v_lin"};
    const files::AdapterFolder adapter = small_adapter(config, sample);
    check_follows(*TaskModel::with_adapters(model, mixed(path, sample.kind), {&adapter}),
                  *TaskModel::with_adapters(model, mixed(path, sample.kind, nn::Precision::Fp32), {&adapter}), batch);
  }
}

TEST_CASE("packed mixed precision agrees with libtorch's bf16 products on padded rows", "[tasks]") {
  Sample sample;
  sample.family = GENERATE(files::Family::Bert, files::Family::DistilBert);
  sample.kind = GENERATE(TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices);
  sample.dropout = GENERATE(0.0, 0.3);
  const files::ModelFolder model = small_model(sample);
  const Batch batch = small_batch(sample.kind);
  files::AdapterConfig config = query_value();
  config.dropout = sample.dropout;
  config.use_dora = GENERATE(false, true);
  config.target_modules.names = {"query", "value", "q_lin", "v_lin", "output.dense", "lin2"};
  files::AdapterFolder adapter = small_adapter(config, sample);
  if (config.use_dora) {
    const files::TensorMap factors = adapter.tensors;
    for (const auto& [name, tensor] : factors)
      if (name.ends_with(".lora_B.weight"))
        adapter.tensors[name.substr(0, name.size() - 13) + "lora_magnitude_vector"] = at::ones({tensor.size(0)});
  }
  const auto packed = TaskModel::with_adapters(model, mixed(Path::Packed, sample.kind), {&adapter});
  const auto padded = TaskModel::with_adapters(model, mixed(Path::Compatible, sample.kind), {&adapter});
  const auto exact = TaskModel::with_adapters(model, mixed(Path::Packed, sample.kind, nn::Precision::Fp32), {&adapter});
  CHECK(deviation(packed->evaluate(batch).logits, padded->evaluate(batch).logits) < kMixedTolerance);
  CHECK(deviation(packed->evaluate(batch).logits, exact->evaluate(batch).logits) < kMixedTolerance);
  CHECK(deviation(packed->evaluate(batch).logits, exact->evaluate(batch).logits) > 1e-5);
  const Gradients found = gradients_of(*packed, batch, kKey), expected = gradients_of(*padded, batch, kKey);
  double largest = 0;
  for (const auto& [name, gradient] : expected) largest = std::max(largest, gradient.abs().max().item<double>());
  for (const auto& [name, gradient] : expected) {
    CAPTURE(name);
    CHECK((found.at(name) - gradient).abs().max().item<double>() < 2 * kMixedTolerance * largest);
  }
}

TEST_CASE("mixed precision with activation checkpointing has the same bits as without", "[tasks]") {
  const files::ModelFolder model = small_model(0.2);
  TaskModelOptions options = mixed(Path::Packed, TaskKind::Tokens);
  const auto plain = TaskModel::full(model, options);
  options.checkpoints = true;
  const auto checkpointed = TaskModel::full(model, options);
  const Gradients expected = gradients_of(*plain, small_batch(), kKey);
  for (const auto& [name, gradient] : gradients_of(*checkpointed, small_batch(), kKey))
    CHECK(at::equal(gradient, expected.at(name)));
}

TEST_CASE("all-linear means every linear layer but the head, with PEFT's counts, and is written as their names",
          "[tasks]") {
  struct Case {
    files::Family family;
    TaskKind kind;
    std::int64_t trainable, all;  ///< what PEFT 0.21.2 counts with the head saved and left out of the targets
    std::size_t modules;
  };
  constexpr auto kBert = files::Family::Bert, kDistilled = files::Family::DistilBert;
  const auto expected = GENERATE(Case{kBert, TaskKind::Tokens, 669, 2918, 18}, Case{kBert, TaskKind::Spans, 642, 2864, 18},
                                 Case{kBert, TaskKind::Choices, 665, 2950, 19},
                                 Case{kDistilled, TaskKind::Tokens, 669, 2902, 18},
                                 Case{kDistilled, TaskKind::Spans, 642, 2848, 18},
                                 Case{kDistilled, TaskKind::Choices, 705, 2974, 18});
  const files::ModelFolder model = small_model({.family = expected.family, .kind = expected.kind});
  files::AdapterConfig config;
  config.rank = 2;
  config.target_modules.pattern = "all-linear";
  const auto made = TaskModel::with_new_adapter(model, on(Path::Packed, expected.kind), config);
  CHECK(made->counts().trainable == expected.trainable);
  CHECK(made->counts().all == expected.all);
  const files::AdapterFolder folder = made->export_adapter();
  CHECK_FALSE(folder.config.target_modules.is_all_linear());
  CHECK(folder.config.target_modules.names.size() == expected.modules);
  CHECK(folder.config.exclude_modules.is_empty());
  const auto reopened = TaskModel::with_adapters(model, on(Path::Packed, expected.kind), {&folder});
  CHECK(reopened->counts().trainable == expected.trainable);
  check_gradients(gradients_of(*reopened, small_batch(expected.kind), kKey),
                  gradients_of(*made, small_batch(expected.kind), kKey));
}

}  // namespace lorascope::tasks::test
