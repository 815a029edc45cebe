#include "core/nn/dropout.h"
#include "tests/core/nn/numbers.h"

namespace lorascope::nn::test {
namespace {

constexpr std::int64_t kRows = 5;
constexpr double kEpsilon = 1e-6;

struct Case {
  std::int64_t columns;
  bool drops;
  std::vector<float> x, bias, residual, gamma, beta, d_out;
  std::vector<float> mask;  ///< [rows, columns]

  Case(std::int64_t width, bool with_dropout) : columns(width), drops(with_dropout) {
    const std::int64_t count = kRows * width;
    x = normal_values(count, 1);
    bias = normal_values(width, 2);
    residual = normal_values(count, 3);
    gamma = normal_values(width, 4);
    beta = normal_values(width, 5);
    d_out = normal_values(count, 6);
    mask.assign(count, 1.0F);
    if (drops) kernels().mask_rows(stream(), 0, kRows, width, mask.data(), mask.data());
  }
  static MaskStream stream() { return mask_stream({11, 12}, 13, 0.25); }
};

struct Naive {
  std::vector<double> sum, normal, out, rstd;

  explicit Naive(const Case& given) {
    const std::int64_t n = given.columns;
    for (std::int64_t row = 0; row < kRows; ++row) {
      double mean = 0, variance = 0;
      for (std::int64_t i = row * n; i < (row + 1) * n; ++i) {
        sum.push_back((static_cast<double>(given.x[i]) + given.bias[i % n]) * given.mask[i] + given.residual[i]);
        mean += sum.back() / static_cast<double>(n);
      }
      for (std::int64_t i = row * n; i < (row + 1) * n; ++i)
        variance += std::pow(sum[i] - mean, 2) / static_cast<double>(n);
      rstd.push_back(1 / std::sqrt(variance + kEpsilon));
      for (std::int64_t i = row * n; i < (row + 1) * n; ++i) {
        normal.push_back((sum[i] - mean) * rstd.back());
        out.push_back(normal.back() * given.gamma[i % n] + given.beta[i % n]);
      }
    }
  }
};

struct NaiveBackward {
  std::vector<double> d_sum, d_input, d_gamma, d_beta, d_bias;

  NaiveBackward(const Case& given, const Naive& naive) {
    const std::int64_t n = given.columns;
    d_gamma.resize(n);
    d_beta.resize(n);
    d_bias.resize(n);
    for (std::int64_t row = 0; row < kRows; ++row) {
      double first = 0, second = 0;
      for (std::int64_t i = row * n; i < (row + 1) * n; ++i) {
        const double scaled = static_cast<double>(given.d_out[i]) * given.gamma[i % n];
        first += scaled / static_cast<double>(n);
        second += scaled * naive.normal[i] / static_cast<double>(n);
        d_gamma[i % n] += given.d_out[i] * naive.normal[i];
        d_beta[i % n] += given.d_out[i];
      }
      for (std::int64_t i = row * n; i < (row + 1) * n; ++i) {
        const double scaled = static_cast<double>(given.d_out[i]) * given.gamma[i % n];
        d_sum.push_back(naive.rstd[row] * (scaled - first - naive.normal[i] * second));
        d_input.push_back(d_sum.back() * given.mask[i]);
        d_bias[i % n] += d_input.back();
      }
    }
  }
};

}  // namespace

TEST_CASE("bias, dropout, residual and LayerNorm in one pass agree with the formulas, forward and backward", "[nn]") {
  for (const KernelTable* table : runnable_kernels())
    for (const std::int64_t n : {5, 8, 16, 30, 129, 384})
      for (const bool drops : {false, true}) {
        CAPTURE(table->name, n, drops);
        Case given(n, drops);
        const Naive naive(given);
        const MaskStream stream = Case::stream();
        std::vector<float> sum = given.x, out(sum.size()), mean(kRows), rstd(kRows);
        ResidualNorm forward;
        forward.columns = n;
        forward.bias = given.bias.data();
        forward.residual = given.residual.data();
        forward.mask = drops ? &stream : nullptr;
        forward.gamma = given.gamma.data();
        forward.beta = given.beta.data();
        forward.epsilon = static_cast<float>(kEpsilon);
        forward.sum = sum.data();
        forward.out = out.data();
        forward.mean = mean.data();
        forward.rstd = rstd.data();
        table->residual_norm(forward, 0, 2);
        table->residual_norm(forward, 2, kRows - 2);
        CHECK(deviation(sum, naive.sum) < kKernelTolerance);
        CHECK(deviation(out, naive.out) < kKernelTolerance);

        const NaiveBackward slopes(given, naive);
        std::vector<float> d = given.d_out, masked(d.size()), gamma(n), beta(n), bias(n);
        ResidualNormBackward backward;
        backward.columns = n;
        backward.d_out = d.data();
        backward.sum = sum.data();
        backward.mean = mean.data();
        backward.rstd = rstd.data();
        backward.gamma = given.gamma.data();
        backward.mask = drops ? &stream : nullptr;
        backward.d_residual = d.data();
        backward.d_input = drops ? masked.data() : nullptr;
        backward.d_gamma = gamma.data();
        backward.d_beta = beta.data();
        backward.d_bias = bias.data();
        table->residual_norm_backward(backward, 0, kRows);
        CHECK(deviation(d, slopes.d_sum) < 1e-5);
        CHECK(deviation(drops ? masked : d, slopes.d_input) < 1e-5);
        CHECK(deviation(gamma, slopes.d_gamma) < 1e-5);
        CHECK(deviation(beta, slopes.d_beta) < 1e-5);
        CHECK(deviation(bias, slopes.d_bias) < 1e-5);
      }
}

}  // namespace lorascope::nn::test
