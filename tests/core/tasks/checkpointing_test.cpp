#include <ATen/ATen.h>

#include "core/tasks/memory_plan.h"
#include "tests/core/tasks/small_model.h"
#include "tests/support/catch.h"

namespace lorascope::tasks::test {
namespace {

constexpr nn::DropoutKey kKey{77, 3};

TaskModelOptions options_of(Path path, TaskKind kind, bool checkpoints) {
  TaskModelOptions options = on(path, kind);
  options.checkpoints = checkpoints;
  return options;
}

files::ModelConfig bert_large() {
  files::ModelConfig config;
  config.vocab_size = 30522;
  config.hidden_size = 1024;
  config.num_layers = 24;
  config.num_heads = 16;
  config.intermediate_size = 4096;
  config.max_positions = 512;
  return config;
}

constexpr std::int64_t kGigabyte = 1'000'000'000;

}  // namespace

TEST_CASE("gradients are the same with and without activation checkpointing", "[tasks]") {
  const auto path = GENERATE(Path::Packed, Path::Compatible);
  Sample sample;
  sample.family = GENERATE(files::Family::Bert, files::Family::DistilBert);
  sample.kind = GENERATE(TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices);
  sample.dropout = 0.3;
  const files::ModelFolder folder = small_model(sample);
  const Batch batch = small_batch(sample.kind);
  const auto compare = [&](TaskModel& plain, TaskModel& checkpointed) {
    const Gradients expected = gradients_of(plain, batch, kKey), found = gradients_of(checkpointed, batch, kKey);
    REQUIRE(found.size() == expected.size());
    for (const auto& [name, gradient] : expected) {
      CAPTURE(name);
      CHECK(at::equal(found.at(name), gradient));
    }
    CHECK(checkpointed.train_micro_batch(batch, 1, kKey) == plain.train_micro_batch(batch, 1, kKey));
  };
  SECTION("full fine-tuning") {
    compare(*TaskModel::full(folder, options_of(path, sample.kind, false)),
            *TaskModel::full(folder, options_of(path, sample.kind, true)));
  }
  SECTION("adapters on the last layers") {
    files::AdapterConfig config = query_value();
    config.dropout = 0.2;
    config.target_modules.names = {"query", "value", "q_lin", "v_lin"};
    config.layers_to_transform = {1, 2};
    const files::AdapterFolder adapter = small_adapter(config, sample);
    compare(*TaskModel::with_adapters(folder, options_of(path, sample.kind, false), {&adapter}),
            *TaskModel::with_adapters(folder, options_of(path, sample.kind, true), {&adapter}));
  }
}

TEST_CASE("BERT-large at 16 rows of 384 tokens fits 16 GB with checkpoints", "[tasks]") {
  MemoryRequest full{.rows = 16, .length = 384, .checkpoints = true, .parameters = 334'094'338,
                     .trainable = 334'094'338, .threads = 2};
  const MemoryPlan with = plan_memory(bert_large(), full);
  CHECK(with.total() < 8 * kGigabyte);
  CHECK(with.weights + with.gradients + with.optimizer == 4 * 4 * 334'094'338LL);
  full.checkpoints = false;
  const MemoryPlan without = plan_memory(bert_large(), full);
  CHECK(without.activations > 6 * with.activations);
  full.path = Path::Compatible;
  CHECK(plan_memory(bert_large(), full).total() > 16 * kGigabyte);
  full.checkpoints = true;
  CHECK(plan_memory(bert_large(), full).total() < 10 * kGigabyte);
  MemoryRequest lora{.rows = 16, .length = 384, .parameters = 334'880'770, .trainable = 788'482, .adapter_rank = 16, .dropped_inputs = 2};
  CHECK(plan_memory(bert_large(), lora).total() < 13 * kGigabyte);
  lora.checkpoints = true;
  CHECK(plan_memory(bert_large(), lora).total() < 4 * kGigabyte);
}

}  // namespace lorascope::tasks::test
