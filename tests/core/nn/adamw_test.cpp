#include "core/nn/adamw.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "tests/core/nn/numbers.h"

namespace lorascope::nn::test {
namespace {

at::Tensor tensor_of(at::IntArrayRef shape, unsigned seed) {
  at::Tensor made = at::empty(shape, at::kFloat);
  const std::vector<float> values = normal_values(made.numel(), seed);
  std::copy(values.begin(), values.end(), made.data_ptr<float>());
  return made;
}

/// torch.optim.AdamW's own sequence of operations.
struct Naive {
  at::Tensor value, first, second;

  void step(const AdamW& numbers, const at::Tensor& gradient) {
    const double t = static_cast<double>(numbers.step);
    const at::Tensor g = gradient * numbers.clip_factor;
    value.mul_(1 - numbers.learning_rate * numbers.weight_decay);
    first.lerp_(g, 1 - numbers.beta1);
    second.mul_(numbers.beta2).addcmul_(g, g, 1 - numbers.beta2);
    const double size = numbers.learning_rate / (1 - std::pow(numbers.beta1, t));
    const at::Tensor denominator = (second.sqrt() / std::sqrt(1 - std::pow(numbers.beta2, t))).add_(numbers.epsilon);
    value.addcdiv_(first, denominator, -size);
  }
};

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace

TEST_CASE("AdamW in one pass follows PyTorch's operations over many steps", "[nn]") {
  for (const double decay : {0.0, 0.1}) {
    Parameter parameter{"p", tensor_of({37, 50}, 1), tensor_of({37, 50}, 2), nullptr};
    at::Tensor first = at::zeros_like(parameter.value), second = at::zeros_like(parameter.value);
    Naive naive{parameter.value.clone(), first.clone(), second.clone()};
    for (std::int64_t t = 1; t <= 20; ++t) {
      parameter.gradient.copy_(tensor_of({37, 50}, static_cast<unsigned>(100 + t)));
      AdamW numbers;
      numbers.learning_rate = 1e-2;
      numbers.weight_decay = decay;
      numbers.clip_factor = 1.0 / static_cast<double>(t);
      numbers.step = t;
      adamw_step(numbers, parameter, first, second);
      naive.step(numbers, parameter.gradient);
    }
    CHECK(difference(parameter.value, naive.value) < 2e-6);
    CHECK(difference(first, naive.first) < 1e-6);
    CHECK(difference(second, naive.second) < 1e-6);
  }
}

TEST_CASE("a step of rate zero moves the moments and leaves the values", "[nn]") {
  Parameter parameter{"p", tensor_of({9}, 1), tensor_of({9}, 2), nullptr};
  const at::Tensor before = parameter.value.clone();
  at::Tensor first = at::zeros_like(parameter.value), second = at::zeros_like(parameter.value);
  AdamW numbers;
  numbers.weight_decay = 0.1;
  adamw_step(numbers, parameter, first, second);
  CHECK(at::equal(parameter.value, before));
  CHECK(at::allclose(first, parameter.gradient * 0.1));
}

TEST_CASE("a row-sparse step equals the dense one, also for rows that had a gradient earlier", "[nn]") {
  const double decay = GENERATE(0.0, 0.05);
  RowActivity rows;
  rows.ever_touched.assign(6, 0);
  Parameter sparse{"e", tensor_of({6, 20}, 1), at::zeros({6, 20}), &rows};
  at::Tensor first = at::zeros({6, 20}), second = at::zeros({6, 20});
  Parameter dense{"e", sparse.value.clone(), at::zeros({6, 20}), nullptr};
  at::Tensor dense_first = at::zeros({6, 20}), dense_second = at::zeros({6, 20});
  const std::vector<std::vector<std::int32_t>> steps{{1, 4}, {2}, {4, 5}};
  for (std::size_t t = 0; t < steps.size(); ++t) {
    sparse.gradient.zero_();
    for (const std::int32_t row : steps[t]) {
      sparse.gradient[row].copy_(tensor_of({20}, static_cast<unsigned>(10 * t + row)));
      rows.ever_touched[row] = 1;
    }
    rows.touched = steps[t];
    dense.gradient.copy_(sparse.gradient);
    CHECK(gradient_norm({sparse}) == Approx(gradient_norm({dense})).epsilon(1e-6));
    AdamW numbers;
    numbers.learning_rate = 0.1;
    numbers.weight_decay = decay;
    numbers.step = static_cast<std::int64_t>(t) + 1;
    adamw_step(numbers, sparse, first, second);
    adamw_step(numbers, dense, dense_first, dense_second);
  }
  CHECK(at::equal(sparse.value, dense.value));
  CHECK(at::equal(first, dense_first));
}

TEST_CASE("the gradient norm is that of all gradients together and does not depend on threads", "[nn]") {
  std::vector<Parameter> parameters;
  double squares = 0;
  for (unsigned i = 0; i < 3; ++i) {
    const std::int64_t count = 1 + 70000 * static_cast<std::int64_t>(i);
    parameters.push_back({"p", at::zeros({count}), tensor_of({count}, i), nullptr});
    squares += parameters.back().gradient.to(at::kDouble).square().sum().item<double>();
  }
  const double norm = gradient_norm(parameters);
  CHECK(norm == Approx(std::sqrt(squares)).epsilon(1e-6));
  const int threads = at::get_num_threads();
  at::set_num_threads(threads == 1 ? 2 : 1);
  CHECK(gradient_norm(parameters) == norm);
  at::set_num_threads(threads);
}

}  // namespace lorascope::nn::test
