#include "core/analysis/representation_similarity.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "core/analysis/ranks.h"
#include "core/base/error.h"

namespace lorascope::analysis {
namespace {

constexpr int kPermutations = 20;
constexpr std::int64_t kEnoughTokens = 5;  ///< times the width

std::vector<double> to_vector(const at::Tensor& values) {
  const at::Tensor plain = values.to(at::kDouble).contiguous();
  return {plain.const_data_ptr<double>(), plain.const_data_ptr<double>() + plain.numel()};
}

/// Centred states and what the estimator needs of them.
struct Centred {
  at::Tensor states;   ///< [N,H]
  at::Tensor squares;  ///< [N] of the rows' lengths
  double total = 0;    ///< their sum

  explicit Centred(const at::Tensor& of) {
    const at::Tensor whole = of.detach().to(at::kCPU, at::kDouble);
    states = whole - whole.mean(0, true);
    squares = states.square().sum(1);
    total = squares.sum().item<double>();
  }
  std::int64_t tokens() const { return states.size(0); }
};

/// N(N-3) times the unbiased HSIC of the linear kernels: Σ of the U-centred Gram matrices' products.
double unbiased_product(const Centred& x, const Centred& y) {
  const double n = static_cast<double>(x.tokens());
  const double product = at::mm(y.states.t(), x.states).square().sum().item<double>();
  const double diagonal = at::dot(x.squares, y.squares).item<double>();
  return product - n / (n - 2) * diagonal + x.total * y.total / ((n - 1) * (n - 2));
}

double normalised(double product, double first, double second) {
  const double below = std::sqrt(std::max(first, 0.0)) * std::sqrt(std::max(second, 0.0));
  return below > 0 ? product / below : std::numeric_limits<double>::quiet_NaN();
}

void check_rows(const at::Tensor& x, const at::Tensor& y) {
  if (x.dim() == 2 && y.dim() == 2 && x.size(0) == y.size(0)) return;
  throw DataError("cannot compare two sets of states",
                  Problem{"their tokens", std::to_string(x.size(0)) + " and " + std::to_string(y.size(0)),
                          "the same tokens on both sides", "models with the same tokenizer have them"});
}

}  // namespace

double plain_cka(const at::Tensor& x, const at::Tensor& y) {
  const at::NoGradGuard no_grad;
  check_rows(x, y);
  const Centred first(x), second(y);
  const auto product = [](const Centred& a, const Centred& b) {
    return at::mm(a.states.t(), b.states).square().sum().item<double>();
  };
  return normalised(product(first, second), product(first, first), product(second, second));
}

double debiased_cka(const at::Tensor& x, const at::Tensor& y) {
  const at::NoGradGuard no_grad;
  check_rows(x, y);
  if (x.size(0) < 4) return std::numeric_limits<double>::quiet_NaN();
  const Centred first(x), second(y);
  return normalised(unbiased_product(first, second), unbiased_product(first, first), unbiased_product(second, second));
}

double noise_cka(std::int64_t tokens, std::int64_t width, std::int64_t other_width) {
  const double n = static_cast<double>(tokens), p = static_cast<double>(width), q = static_cast<double>(other_width);
  return std::sqrt(p * q / ((n + p + 1) * (n + q + 1)));
}

CkaMap cka_map(const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  check_rows(first.at(0), second.at(0));
  CkaMap map;
  map.tokens = first[0].size(0);
  map.width = std::max(first[0].size(1), second[0].size(1));
  if (map.tokens <= map.width)
    throw DataError("CKA of so few tokens says nothing",
                    Problem{"the text", std::to_string(map.tokens) + " tokens at width " + std::to_string(map.width),
                            "many times more tokens than the width",
                            "give more text, or compare distances and cosines (--what distances)"});
  map.is_short = map.tokens < kEnoughTokens * map.width;
  map.plain_floor = noise_cka(map.tokens, first[0].size(1), second[0].size(1));
  std::vector<Centred> columns;
  std::vector<double> column_norms, row_norms;
  for (const at::Tensor& states : second) {
    columns.emplace_back(states);
    column_norms.push_back(unbiased_product(columns.back(), columns.back()));
  }
  std::mt19937_64 random(seed);
  for (std::size_t row = 0; row < first.size(); ++row) {
    const Centred states(first[row]);
    const double norm = unbiased_product(states, states);
    std::vector<double> values;
    for (std::size_t column = 0; column < columns.size(); ++column)
      values.push_back(normalised(unbiased_product(states, columns[column]), norm, column_norms[column]));
    map.values.push_back(std::move(values));
    const std::size_t layers = first.size();
    for (std::size_t draw = row; draw < kPermutations; draw += layers) {
      std::vector<std::int64_t> order(static_cast<std::size_t>(map.tokens));
      std::iota(order.begin(), order.end(), std::int64_t{0});
      for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
      const std::size_t column = row % columns.size();
      Centred permuted = columns[column];
      const at::Tensor places = at::tensor(order, at::kLong);
      permuted.states = permuted.states.index_select(0, places);
      permuted.squares = permuted.squares.index_select(0, places);
      const double value = normalised(unbiased_product(states, permuted), norm, column_norms[column]);
      map.floor = std::max(map.floor, std::abs(value));
    }
  }
  return map;
}

double representational_similarity(const at::Tensor& x, const at::Tensor& y, std::int64_t most_tokens) {
  const at::NoGradGuard no_grad;
  check_rows(x, y);
  const std::int64_t stride = std::max<std::int64_t>(1, (x.size(0) + most_tokens - 1) / most_tokens);
  const auto distances = [&](const at::Tensor& of) {
    return to_vector(at::pdist(of.detach().slice(0, 0, c10::nullopt, stride).to(at::kCPU, at::kDouble).contiguous()));
  };
  return spearman(distances(x), distances(y));
}

std::vector<double> row_distances(const at::Tensor& x, const at::Tensor& y) {
  const at::NoGradGuard no_grad;
  check_rows(x, y);
  return to_vector(at::linalg_vector_norm(x.to(at::kDouble) - y.to(at::kDouble), 2, {1}));
}

std::vector<double> row_cosines(const at::Tensor& x, const at::Tensor& y) {
  const at::NoGradGuard no_grad;
  check_rows(x, y);
  const at::Tensor a = x.to(at::kDouble), b = y.to(at::kDouble);
  const at::Tensor norms = at::linalg_vector_norm(a, 2, {1}) * at::linalg_vector_norm(b, 2, {1});
  return to_vector((a * b).sum(1) / norms.clamp_min(1e-300));
}

Spread spread_of(std::vector<double> values) {
  Spread spread;
  if (values.empty()) return {std::nan(""), std::nan(""), std::nan("")};
  spread.mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  spread.low = quantile(0.05);
  spread.high = quantile(0.95);
  return spread;
}

}  // namespace lorascope::analysis
