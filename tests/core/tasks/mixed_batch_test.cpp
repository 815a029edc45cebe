#include <ATen/ATen.h>

#include "core/nn/initialise.h"
#include "core/tasks/mixture_model.h"
#include "core/tasks/packed_gate.h"
#include "tests/core/tasks/mixed_adapters.h"
#include "tests/support/catch.h"

namespace lorascope::tasks::test {
namespace {

MixingOptions by_row() {
  MixingOptions options;
  options.kind = Mixing::Rows;
  return options;
}

/// Three adapters, the first and the last with heads of their own.
std::vector<files::AdapterFolder> with_heads(const files::ModelFolder& base, const Sample& sample) {
  std::vector<files::AdapterFolder> adapters = drawn_adapters(sample, 3, true, 2);
  for (const std::size_t n : {std::size_t{0}, std::size_t{2}}) {
    const files::AdapterFolder brought = adapter_for(base, sample.kind, query_value());
    for (const std::string& name : brought.other_names())
      adapters[n].tensors[name] = nn::draw_normal(brought.tensors.at(name).sizes(), 0.3, n, name);
    adapters[n].config.modules_to_save = brought.config.modules_to_save;
  }
  return adapters;
}

/// One own adapter an example, in an order that mixes them.
std::vector<std::int64_t> owners_of(const Batch& batch) {
  const std::vector<std::int64_t> owners = {2, -1, 0, 1, 2, 0};
  std::vector<std::int64_t> result;
  for (std::int64_t example = 0; example < batch.num_rows(); ++example)
    result.insert(result.end(), static_cast<std::size_t>(batch.choices), owners[static_cast<std::size_t>(example)]);
  return result;
}

TEST_CASE("Rows of a mixed batch are what each is alone with its adapter and that adapter's head", "[tasks]") {
  for (const files::Family family : {files::Family::Bert, files::Family::DistilBert})
    for (const TaskKind kind : {TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices})
      for (const Path path : {Path::Packed, Path::Compatible})
        for (const bool has_heads : {false, true}) {
          if (!has_heads && kind != TaskKind::Tokens) continue;
          CAPTURE(static_cast<int>(family), static_cast<int>(kind), static_cast<int>(path), has_heads);
          const Sample sample{family, kind};
          const files::ModelFolder base = small_model(sample);
          const auto adapters = has_heads ? with_heads(base, sample) : drawn_adapters(sample, 3, true, 2);
          TaskModelOptions options = on(path, kind);
          options.span_loss = SpanLoss::Real;
          const auto mixed = mixture_model(base, options, pointers(adapters), by_row());
          REQUIRE(mixed->path() == path);
          Batch batch = small_batch(kind);
          batch.adapters = owners_of(batch);
          const Output together = mixed->evaluate(batch, {.hidden_states = true});
          for (std::int64_t owner = -1; owner < 3; ++owner) {
            const auto alone =
                owner < 0 ? TaskModel::full(base, options)
                          : TaskModel::with_adapters(base, options, {&adapters[static_cast<std::size_t>(owner)]});
            const Output expected = alone->evaluate(batch, {.hidden_states = true});
            for (std::int64_t row = 0; row < batch.tokens.num_sequences(); ++row) {
              if (batch.adapters[static_cast<std::size_t>(row)] != owner) continue;
              const auto begin = batch.tokens.boundaries[row], end = batch.tokens.boundaries[row + 1];
              const bool is_choice = kind == TaskKind::Choices;
              const auto first = is_choice ? row / batch.choices : begin, last = is_choice ? first + 1 : end;
              CHECK(deviation(together.logits.slice(0, first, last), expected.logits.slice(0, first, last)) <
                    kValueTolerance);
              CHECK(deviation(together.hidden_states.back().slice(0, begin, end),
                              expected.hidden_states.back().slice(0, begin, end)) < kValueTolerance);
            }
          }
          batch.adapters.pop_back();
          CHECK_THROWS_WITH(mixed->evaluate(batch), Catch::Contains("expected"));
        }
}

TEST_CASE("Without a head in the folder each row needs an adapter", "[tasks]") {
  const Sample sample;
  files::ModelFolder base = small_model(sample);
  const auto adapters = with_heads(base, sample);
  base.tensors.erase("classifier.weight");
  base.tensors.erase("classifier.bias");
  TaskModelOptions options = on(Path::Packed);
  options.may_draw_head = false;
  const auto mixed = mixture_model(base, options, pointers(adapters), by_row());
  Batch batch = small_batch();
  batch.adapters = {0, 2, 2, 0};
  CHECK(mixed->evaluate(batch).logits.size(0) == batch.tokens.num_tokens());
  batch.adapters = {0, 2, -1, 0};
  CHECK_THROWS_WITH(mixed->evaluate(batch), Catch::Contains("without an adapter"));
}

TEST_CASE("Adapters that change the base or have other labels do not share a batch", "[tasks]") {
  const Sample sample;
  const files::ModelFolder base = small_model(sample);
  auto adapters = with_heads(base, sample);
  adapters[2].tensors["base_model.model.classifier.weight"] = at::zeros({7, 8});
  adapters[2].tensors["base_model.model.classifier.bias"] = at::zeros({7});
  CHECK_THROWS_WITH(mixture_model(base, on(Path::Packed), pointers(adapters), by_row()), Catch::Contains("labels"));
  adapters = drawn_adapters(3, true, 2);
  adapters[1].config.bias = "all";
  adapters[1].tensors["base_model.model.bert.encoder.layer.0.output.dense.bias"] = at::zeros({8});
  CHECK_THROWS_WITH(mixture_model(base, on(Path::Packed), pointers(adapters), by_row()),
                    Catch::Contains("output.dense.bias"));
}

TEST_CASE("Segments are runs of sequences with one adapter", "[tasks]") {
  Batch batch = small_batch();
  batch.adapters = {1, 1, -1, 1};
  const auto segments = segments_of(batch.tokens, batch.adapters);
  REQUIRE(segments.size() == 3);
  CHECK(segments[0].first == 0);
  CHECK(segments[0].count == 8);
  CHECK(segments[1].adapter == -1);
  CHECK(segments[1].count == 20);
  CHECK(segments[2].first == 28);
  CHECK(segments[2].count == 12);
}

}  // namespace
}  // namespace lorascope::tasks::test
