#include "core/train/optimizer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "tests/support/catch.h"

using namespace lorascope;
using namespace lorascope::train;

namespace {

/// AdamW with whole-tensor operations in float64.
struct NaiveAdamW {
  at::Tensor value, m, v;
  double decay;

  void step(const at::Tensor& gradient, std::int64_t t, double lr, double clip) {
    const at::Tensor g = gradient.to(at::kDouble) * clip;
    value = value * (1 - lr * decay);
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const at::Tensor mean = m / (1 - std::pow(0.9, t)), variance = v / (1 - std::pow(0.999, t));
    value = value - lr * mean / (variance.sqrt() + 1e-8);
  }
};

nn::Parameter parameter(const std::string& name, at::IntArrayRef shape) {
  return {name, at::randn(shape), at::zeros(shape)};
}

NaiveAdamW twin(const nn::Parameter& p, double decay) {
  const at::Tensor value = p.value.to(at::kDouble);
  return {value, at::zeros_like(value), at::zeros_like(value), decay};
}

}  // namespace

TEST_CASE("AdamW equals its plain form, decay and LoRA+ by name", "[train]") {
  const Arithmetic arithmetic = GENERATE(Arithmetic::Fused, Arithmetic::Original);
  at::manual_seed(3);
  TrainingOptions options;
  options.weight_decay = 0.1;
  options.loraplus_ratio = 4;
  const std::vector<nn::Parameter> parameters = {parameter("q.lora_A.weight", {5, 3001}), parameter("q.lora_B.weight", {7, 5}),
                                                 parameter("head.bias", {13})};
  std::vector<NaiveAdamW> twins = {twin(parameters[0], 0.1), twin(parameters[1], 0.1), twin(parameters[2], 0.0)};
  const double factors[] = {1, 4, 4};
  Optimizer optimizer(parameters, options, arithmetic);
  for (std::int64_t t = 1; t <= 5; ++t) {
    double squares = 0;
    for (const auto& p : parameters) {
      at::Tensor(p.gradient).copy_(at::randn(p.value.sizes()));
      squares += std::pow(p.gradient.norm().item<double>(), 2);
    }
    CHECK(optimizer.gradient_norm() == Approx(std::sqrt(squares)).epsilon(1e-6));
    CHECK(optimizer.clip_factor(std::sqrt(squares), 2.0) == Approx(2.0 / (std::sqrt(squares) + 1e-6)));
    CHECK(optimizer.clip_factor(0.5, 2.0) == 1.0);
    CHECK(optimizer.clip_factor(0.5, 0.0) == 1.0);
    optimizer.step(t, 1e-2, 0.5);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      twins[i].step(parameters[i].gradient, t, 1e-2 * factors[i], 0.5);
      CHECK((parameters[i].value - twins[i].value).abs().max().item<double>() < 1e-6);
    }
  }
}

TEST_CASE("AdamW on a row-sparse gradient equals the dense step", "[train]") {
  for (const double decay : {0.0, 0.1}) {
    TrainingOptions options;
    options.weight_decay = decay;
    nn::RowActivity activity;
    activity.ever_touched.assign(6, 0);
    nn::Parameter embedding = parameter("embeddings.weight", {6, 4});
    embedding.rows = &activity;
    NaiveAdamW dense = twin(embedding, decay);
    Optimizer optimizer({embedding}, options, Arithmetic::Fused);
    const std::vector<std::vector<std::int32_t>> touched = {{0, 3}, {3}, {5}, {}};
    for (std::size_t t = 0; t < touched.size(); ++t) {
      embedding.gradient.zero_();
      for (const std::int32_t row : touched[t]) {
        embedding.gradient[row].copy_(at::randn({4}));
        activity.ever_touched[static_cast<std::size_t>(row)] = 1;
      }
      activity.touched = touched[t];
      CHECK(optimizer.gradient_norm() == Approx(embedding.gradient.norm().item<double>()).margin(1e-12));
      optimizer.step(static_cast<std::int64_t>(t) + 1, 1e-2, 1.0);
      dense.step(embedding.gradient, static_cast<std::int64_t>(t) + 1, 1e-2, 1.0);
      CHECK((embedding.value - dense.value).abs().max().item<double>() < 1e-6);
    }
  }
}

TEST_CASE("moments that come back name the rows that still move", "[train]") {
  nn::RowActivity before{{}, {0, 1, 0}}, after{{}, {0, 0, 0}};
  nn::Parameter first = parameter("embeddings.weight", {3, 2});
  first.rows = &before;
  Optimizer stored({first}, {}, Arithmetic::Fused);
  first.gradient[1].fill_(0.5);
  before.touched = {1};
  stored.step(1, 1e-2, 1.0);
  nn::Parameter second = parameter("embeddings.weight", {3, 2});
  second.rows = &after;
  Optimizer restored({second}, {}, Arithmetic::Fused);
  restored.restore(stored.first_moments(), stored.second_moments());
  CHECK(after.ever_touched == std::vector<std::uint8_t>{0, 1, 0});
}
