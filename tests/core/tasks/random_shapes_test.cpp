#include <ATen/ATen.h>

#include <random>

#include "tests/core/tasks/small_model.h"
#include "tests/support/catch.h"
#include "tests/support/tiny_model.h"

namespace lorascope::tasks::test {
namespace {

/// One model, batch and way of training, drawn by a seed.
class RandomCase {
 public:
  explicit RandomCase(std::uint32_t seed) : random_(seed) {
    kind_ = static_cast<TaskKind>(draw(0, 2));
    loss_ = draw(0, 1) == 0 ? SpanLoss::Real : SpanLoss::Padded;
    const double dropout = draw(0, 1) == 0 ? 0.0 : 0.25;
    files::ModelConfig config = draw(0, 1) == 0 ? lorascope::test::tiny_config() : lorascope::test::tiny_distilbert_config();
    config.num_layers = draw(1, 3);
    config.num_heads = draw(1, 5);
    // A LayerNorm over two or three numbers divides by almost nothing: no two programs agree there.
    config.hidden_size = config.num_heads * draw(10 / static_cast<int>(config.num_heads), 20);
    config.intermediate_size = draw(1, 70);
    config.max_positions = 90;
    config.pad_token_id = draw(0, 3);
    config.activation = static_cast<files::Activation>(draw(0, 3));
    config.hidden_dropout = config.attention_dropout = config.span_dropout = config.choice_dropout = dropout;
    model_ = random_model(config, kind_, seed);
    adapter_.rank = draw(1, 5);
    adapter_.alpha = 3;
    adapter_.dropout = dropout;
    adapter_.target_modules.names = {"query", "q_lin", "value", "v_lin", "output.dense", "lin1"};
    make_batch();
  }

  std::unique_ptr<TaskModel> full(Path path) const { return TaskModel::full(model_, options(path)); }
  std::unique_ptr<TaskModel> adapted(Path path) const {
    const files::AdapterFolder folder = adapter_for(model_, kind_, adapter_);
    return TaskModel::with_adapters(model_, options(path), {&folder});
  }
  const Batch& batch() const { return batch_; }

 private:
  int draw(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  TaskModelOptions options(Path path) const {
    TaskModelOptions options = on(path, kind_);
    options.span_loss = loss_;
    return options;
  }

  void make_batch() {
    batch_.choices = kind_ == TaskKind::Choices ? draw(2, 4) : 1;
    const int sequences = draw(1, 4) * static_cast<int>(batch_.choices);
    for (int b = 0; b < sequences; ++b) {
      const int length = draw(1, draw(0, 1) == 0 ? 6 : 80);
      std::vector<std::int32_t> ids, types;
      for (int t = 0; t < length; ++t) {
        ids.push_back(draw(0, 39));
        types.push_back(draw(0, 1));
        if (kind_ == TaskKind::Tokens) batch_.labels.push_back(draw(0, 3) == 0 ? -100 : draw(0, 4));
      }
      batch_.tokens.append(ids, types);
      if (kind_ == TaskKind::Spans) {
        batch_.start_positions.push_back(draw(-1, length));
        batch_.end_positions.push_back(draw(0, length + 2));
      }
      if (kind_ == TaskKind::Choices && b % batch_.choices == 0)
        batch_.labels.push_back(draw(0, static_cast<int>(batch_.choices) - 1));
    }
  }

  std::mt19937 random_;
  TaskKind kind_;
  SpanLoss loss_;
  files::ModelFolder model_;
  files::AdapterConfig adapter_;
  Batch batch_;
};

/// Shapes drawn at random are worse conditioned than those of the golden files.
constexpr double kSlack = 5;

void check_paths_agree(TaskModel& packed, TaskModel& compatible, const Batch& batch, std::uint32_t seed) {
  const nn::DropoutKey key{seed, 2};
  const Output found = packed.evaluate(batch, {.merged = false, .hidden_states = true});
  const Output expected = compatible.evaluate(batch, {.merged = false, .hidden_states = true});
  REQUIRE(found.hidden_states.size() == expected.hidden_states.size());
  for (std::size_t i = 0; i < found.hidden_states.size(); ++i)
    CHECK(deviation(found.hidden_states[i], expected.hidden_states[i]) < kSlack * kValueTolerance);
  CHECK(found.loss == Approx(expected.loss).epsilon(kSlack * kValueTolerance).margin(1e-7));
  check_gradients(gradients_of(packed, batch, key), gradients_of(compatible, batch, key), kSlack);
}

}  // namespace

TEST_CASE("both paths agree on models and batches of any shape, family, task and activation", "[tasks]") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    const RandomCase drawn(seed);
    check_paths_agree(*drawn.full(Path::Packed), *drawn.full(Path::Compatible), drawn.batch(), seed);
    check_paths_agree(*drawn.adapted(Path::Packed), *drawn.adapted(Path::Compatible), drawn.batch(), seed);
  }
}

TEST_CASE("a row's numbers do not depend on how far others pad it", "[tasks]") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const RandomCase drawn(seed);
    const auto path = seed % 2 == 0 ? Path::Packed : Path::Compatible;
    const auto model = drawn.adapted(path);
    Batch batch = drawn.batch();
    const at::Tensor alone = model->evaluate(batch, {.merged = false, .hidden_states = true}).hidden_states.back();
    for (int more = 0; more < batch.choices; ++more) batch.tokens.append(std::vector<std::int32_t>(88, 5), {});
    batch.labels.clear();
    batch.start_positions.clear();
    batch.end_positions.clear();
    const at::Tensor beside = model->evaluate(batch, {.merged = false, .hidden_states = true}).hidden_states.back();
    CHECK(deviation(beside.narrow(0, 0, alone.size(0)), alone) < kSlack * kValueTolerance);
  }
}

}  // namespace lorascope::tasks::test
