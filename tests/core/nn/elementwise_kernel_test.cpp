#include "tests/core/nn/numbers.h"

namespace lorascope::nn::test {
namespace {

double naive_activation(ActivationKind kind, double x) {
  switch (kind) {
    case ActivationKind::GeluErf:
      return x * 0.5 * std::erfc(-x / std::sqrt(2.0));
    case ActivationKind::GeluTanh:
      return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x)));
    case ActivationKind::Relu:
      return std::max(x, 0.0);
    case ActivationKind::Silu:
      return x / (1.0 + std::exp(-x));
  }
  return 0;
}

double naive_slope(ActivationKind kind, double x) {
  const double step = 1e-5;
  if (kind == ActivationKind::Relu) return x > 0 ? 1 : 0;
  return (naive_activation(kind, x + step) - naive_activation(kind, x - step)) / (2 * step);
}

}  // namespace

TEST_CASE("activations and their slopes agree with the formulas in double precision", "[nn]") {
  const auto kind =
      GENERATE(ActivationKind::GeluErf, ActivationKind::GeluTanh, ActivationKind::Relu, ActivationKind::Silu);
  for (const KernelTable* table : runnable_kernels())
    for (const std::int64_t columns : {1, 12, 16, 37}) {
      CAPTURE(table->name, columns, static_cast<int>(kind));
      std::vector<float> z = normal_values(3 * columns, 4), bias = normal_values(columns, 5), out(z.size());
      for (float& value : z) value *= 4;
      z[0] = 90;
      z.back() = -90;
      std::vector<double> value, slope;
      for (std::size_t i = 0; i < z.size(); ++i) {
        const double x = static_cast<double>(z[i] + bias[i % columns]);
        value.push_back(naive_activation(kind, x));
        slope.push_back(naive_slope(kind, x));
      }
      table->activation(kind, z.data(), bias.data(), out.data(), 3, columns, true);
      CHECK(deviation(out, value) < kKernelTolerance);
      CHECK(deviation(z, slope) < kKernelTolerance);
    }
}

TEST_CASE("the activation's backward pass multiplies by the slope and sums columns", "[nn]") {
  for (const KernelTable* table : runnable_kernels())
    for (const std::int64_t columns : {1, 16, 29}) {
      std::vector<float> d = normal_values(5 * columns, 1), sums = normal_values(columns, 2);
      const std::vector<float> slope = normal_values(5 * columns, 3);
      std::vector<double> product, total(sums.begin(), sums.end());
      for (std::size_t i = 0; i < d.size(); ++i) {
        product.push_back(static_cast<double>(d[i]) * static_cast<double>(slope[i]));
        total[i % columns] += product.back();
      }
      table->activation_backward(d.data(), slope.data(), sums.data(), 5, columns);
      CHECK(deviation(d, product) < kKernelTolerance);
      CHECK(deviation(sums, total) < kKernelTolerance);
    }
}

TEST_CASE("cross entropy gives the loss and its gradient, also far from zero", "[nn]") {
  const std::vector<float> logits{1000, 998, -1000, 999.5F};
  double total = 0;
  for (const float logit : logits) total += std::exp(static_cast<double>(logit) - 1000);
  for (const KernelTable* table : runnable_kernels())
    for (std::int64_t label = 0; label < 4; ++label) {
      std::vector<float> d(4);
      const double loss = table->cross_entropy(logits.data(), 4, label, 0.5F, d.data());
      CHECK(loss == Approx(std::log(total) - (static_cast<double>(logits[label]) - 1000)));
      std::vector<double> expected;
      for (std::int64_t c = 0; c < 4; ++c)
        expected.push_back(0.5 * (std::exp(static_cast<double>(logits[c]) - 1000) / total - (c == label ? 1 : 0)));
      CHECK(deviation(d, expected) < kKernelTolerance);
    }
}

TEST_CASE("sums and sums of squares take every value", "[nn]") {
  for (const KernelTable* table : runnable_kernels())
    for (const std::size_t count : {1UL, 15UL, 16UL, 4096UL, 10001UL}) {
      const std::vector<float> x = normal_values(count, 8);
      std::vector<float> sum = normal_values(count, 9);
      std::vector<double> expected;
      double squares = 0;
      for (std::size_t i = 0; i < count; ++i) {
        squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        expected.push_back(static_cast<double>(x[i]) + static_cast<double>(sum[i]));
      }
      table->add_to(x.data(), sum.data(), static_cast<std::int64_t>(count));
      CHECK(deviation(sum, expected) < kKernelTolerance);
      CHECK(table->sum_of_squares(x.data(), static_cast<std::int64_t>(count)) == Approx(squares).epsilon(1e-6));
    }
}

}  // namespace lorascope::nn::test
