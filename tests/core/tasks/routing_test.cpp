#include <ATen/ATen.h>

#include "core/nn/adamw.h"
#include "core/nn/initialise.h"
#include "core/tasks/mixture_model.h"
#include "tests/core/tasks/mixed_adapters.h"
#include "tests/support/catch.h"

namespace lorascope::tasks::test {
namespace {

MixingOptions routed(Mixing kind, std::int64_t top_k) {
  MixingOptions options;
  options.kind = kind;
  options.top_k = top_k;
  options.temperature = 0.7;
  options.dropout = 0.0;
  options.meteora.gate_loss_weight = 0.5;
  return options;
}

/// The gates drawn wide enough for their choice to matter.
void widen(TaskModel& model) {
  for (const Parameter& parameter : model.trainable())
    if (parameter.name.rfind("gates.", 0) == 0) at::Tensor(parameter.value).mul_(3);
  model.values_changed();
}

TEST_CASE("Packed MeteoRA has the logits, losses, scalings and gradients of plain autograd", "[tasks]") {
  for (const files::Family family : {files::Family::Bert, files::Family::DistilBert})
    for (const TaskKind kind : {TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices})
      for (const std::int64_t top_k : {1, 2}) {
        const std::int64_t own = (static_cast<std::int64_t>(kind) + top_k) % 2 == 0 ? 2 : -1;
        CAPTURE(static_cast<int>(family), static_cast<int>(kind), top_k, own);
        const Sample sample{family, kind, 0.1};
        const files::ModelFolder base = small_model(sample);
        const auto adapters = drawn_adapters(sample, 3, true, 2);
        const Batch batch = small_batch(kind);
        MixingOptions mixing = routed(Mixing::Meteora, top_k);
        mixing.own_adapters = {own};
        const auto packed = mixture_model(base, on(Path::Packed, kind), pointers(adapters), mixing);
        auto options = on(Path::Compatible, kind);
        options.span_loss = SpanLoss::Real;
        const auto padded = mixture_model(base, options, pointers(adapters), mixing);
        REQUIRE(packed->path() == Path::Packed);
        widen(*packed);
        widen(*padded);
        const Output found = packed->evaluate(batch), expected = padded->evaluate(batch);
        CHECK(deviation(found.logits, expected.logits) < kValueTolerance);
        CHECK(deviation(found.scalings, expected.scalings) < kValueTolerance);
        CHECK(deviation(found.applied, expected.applied) < kValueTolerance);
        CHECK(found.gate_loss == Approx(expected.gate_loss).epsilon(1e-5));
        CHECK((found.gate_loss > 0) == (own >= 0));
        const nn::DropoutKey key{3, 5};
        check_gradients(gradients_of(*packed, batch, key, 0.7), gradients_of(*padded, batch, key, 0.7));
      }
}

TEST_CASE("Packed Arrow has the logits and scalings of plain autograd", "[tasks]") {
  for (const files::Family family : {files::Family::Bert, files::Family::DistilBert})
    for (const TaskKind kind : {TaskKind::Tokens, TaskKind::Spans, TaskKind::Choices}) {
      CAPTURE(static_cast<int>(family), static_cast<int>(kind));
      const Sample sample{family, kind};
      const files::ModelFolder base = small_model(sample);
      const auto adapters = drawn_adapters(sample, 3, false, 2);
      const MixingOptions mixing = routed(Mixing::Arrow, 2);
      const auto packed = mixture_model(base, on(Path::Packed, kind), pointers(adapters), mixing);
      const auto padded = mixture_model(base, on(Path::Compatible, kind), pointers(adapters), mixing);
      REQUIRE(packed->path() == Path::Packed);
      CHECK(packed->trainable().empty());
      const Output found = packed->evaluate(small_batch(kind)), expected = padded->evaluate(small_batch(kind));
      CHECK(deviation(found.logits, expected.logits) < kValueTolerance);
      CHECK(deviation(found.scalings, expected.scalings) < kValueTolerance);
      CHECK(deviation(found.applied, expected.applied) < kValueTolerance);
      CHECK_THROWS_WITH(packed->export_gates(), Catch::Contains("no gates"));
    }
}

TEST_CASE("MeteoRA's gradients are the slopes of its loss", "[tasks]") {
  const files::ModelFolder base = small_model();
  const auto adapters = drawn_adapters(3, true, 4);
  MixingOptions mixing = routed(Mixing::Meteora, 3);  // all kept: the loss is smooth
  mixing.own_adapters = {1};
  const auto model = mixture_model(base, on(Path::Packed), pointers(adapters), mixing);
  widen(*model);
  const Batch batch = small_batch();
  const Gradients gradients = gradients_of(*model, batch);
  const auto loss = [&] {
    model->values_changed();
    const Output output = model->evaluate(batch);
    return output.loss + output.gate_loss;
  };
  double largest = 0;
  for (const auto& [name, gradient] : gradients) largest = std::max(largest, gradient.abs().max().item<double>());
  for (const Parameter& parameter : model->trainable()) {
    const at::Tensor direction = nn::draw_normal(parameter.value.sizes(), 1, 3, parameter.name);
    const double expected = (gradients.at(parameter.name) * direction).sum().item<double>();
    constexpr double kStep = 1e-2;
    at::Tensor(parameter.value).add_(direction, kStep);
    const double above = loss();
    at::Tensor(parameter.value).sub_(direction, 2 * kStep);
    const double below = loss();
    at::Tensor(parameter.value).add_(direction, kStep);
    CHECK((above - below) / (2 * kStep) == Approx(expected).epsilon(0.02).margin(0.01 * largest));
  }
}

TEST_CASE("Gates learn to tell which adapter belongs to a task, and the adapters stay as they are", "[tasks]") {
  const files::ModelFolder base = small_model();
  const auto adapters = drawn_adapters(3, false, 4);
  for (const Path path : {Path::Packed, Path::Compatible}) {
    MixingOptions mixing = routed(Mixing::Meteora, 2);
    mixing.meteora.gate_loss_weight = 10;
    mixing.own_adapters = {2};
    const auto model = mixture_model(base, on(path), pointers(adapters), mixing);
    const auto factors = model->low_rank_factors();
    std::vector<at::Tensor> before;
    for (const auto& factor : factors) before.push_back(factor.a.clone());
    const Batch batch = small_batch();
    const double start = model->evaluate(batch).gate_loss;
    std::vector<at::Tensor> first, second;
    for (const Parameter& parameter : model->trainable()) {
      first.push_back(at::zeros_like(parameter.value));
      second.push_back(at::zeros_like(parameter.value));
    }
    for (std::int64_t step = 1; step <= 60; ++step) {
      model->zero_gradients();
      model->train_micro_batch(batch, 1, {7, static_cast<std::uint64_t>(step)});
      nn::AdamW adamw;
      adamw.learning_rate = 0.05;
      adamw.step = step;
      for (std::size_t i = 0; i < first.size(); ++i) nn::adamw_step(adamw, model->trainable()[i], first[i], second[i]);
      model->values_changed();
    }
    const Output output = model->evaluate(batch);
    CHECK(output.gate_loss < 0.2 * start);
    CHECK(output.applied.select(2, 2).mean().item<double>() > 0.9);
    for (std::size_t i = 0; i < factors.size(); ++i) CHECK(at::equal(factors[i].a, before[i]));

    MixingOptions again = mixing;
    again.meteora.gates = model->export_gates();
    const auto read = mixture_model(base, on(path), pointers(adapters), again);
    CHECK(at::equal(read->evaluate(batch).logits, output.logits));
  }
}

TEST_CASE("Models of several tasks have the same gates and each its own adapter's number", "[tasks]") {
  const files::ModelFolder base = small_model();
  const auto adapters = drawn_adapters(3, false, 4);
  MixingOptions mixing = routed(Mixing::Meteora, 2);
  mixing.own_adapters = {0, 2};
  const auto models = mixture_models(base, {on(Path::Packed), on(Path::Packed)}, pointers(adapters), mixing);
  const Batch batch = small_batch();
  REQUIRE(models.size() == 2);
  REQUIRE(models[0]->trainable().size() == models[1]->trainable().size());
  for (std::size_t i = 0; i < models[0]->trainable().size(); ++i) {
    CHECK(models[0]->trainable()[i].value.is_alias_of(models[1]->trainable()[i].value));
    CHECK(models[0]->trainable()[i].gradient.is_alias_of(models[1]->trainable()[i].gradient));
  }
  CHECK(at::equal(models[0]->evaluate(batch).logits, models[1]->evaluate(batch).logits));
  CHECK(models[0]->evaluate(batch).gate_loss != models[1]->evaluate(batch).gate_loss);
  Batch told = batch;
  told.adapters.assign(4, 2);
  CHECK(models[0]->evaluate(told).gate_loss == models[1]->evaluate(batch).gate_loss);
  mixing.own_adapters = {0};
  CHECK_THROWS_WITH(mixture_models(base, {on(Path::Packed), on(Path::Packed)}, pointers(adapters), mixing),
                    Catch::Contains("expected 2"));
  mixing.own_adapters = {3};
  CHECK_THROWS_WITH(mixture_model(base, on(Path::Packed), pointers(adapters), mixing), Catch::Contains("own adapter"));
}

TEST_CASE("Searched weights of a sum are no worse than none, and only sums are searched", "[tasks]") {
  const files::ModelFolder base = small_model();
  auto adapters = drawn_adapters(2, false, 4);
  adapters[1] = adapters[0];
  for (auto& [name, tensor] : adapters[1].tensors) tensor = nn::draw_normal(tensor.sizes(), 0.4, 9, name);
  const Batch batch = small_batch();
  adapters::WeightSearchOptions search;
  search.budget = 30;
  search.penalty = 0;
  const double base_loss = TaskModel::full(base, on(Path::Packed))->evaluate(batch).loss;
  for (const Mixing kind : {Mixing::Sum, Mixing::Factors}) {
    const MixingOptions mixing = routed(kind, 1);
    const auto found = search_mixture(base, on(Path::Packed), pointers(adapters), mixing, batch, search);
    CHECK(found.loss <= base_loss + 1e-6);
    MixingOptions at_found = mixing;
    at_found.weights = found.weights;
    const auto model = mixture_model(base, on(Path::Packed), pointers(adapters), at_found);
    CHECK(model->evaluate(batch).loss == Approx(found.loss));
  }
  CHECK_THROWS_WITH(
      search_mixture(base, on(Path::Packed), pointers(adapters), routed(Mixing::Arrow, 1), batch, search),
      Catch::Contains("only weights of sums"));
}

}  // namespace
}  // namespace lorascope::tasks::test
