#include "core/analysis/representation_similarity.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/analysis/ranks.h"
#include "core/base/error.h"
#include "core/nn/initialise.h"
#include "tests/support/catch.h"

namespace lorascope::analysis::test {
namespace {

at::Tensor numbers(at::IntArrayRef shape, const std::string& name) {
  return nn::draw_normal(shape, 1.0, 5, name).to(at::kDouble);
}

/// CKA from N×N Gram matrices and the unbiased estimator of HSIC, term by term ([Song] eq. 5).
double cka_by_grams(const at::Tensor& x, const at::Tensor& y) {
  const auto gram = [](const at::Tensor& of) {
    at::Tensor product = at::mm(of, of.t());
    product.fill_diagonal_(0);
    return product;
  };
  const auto hsic = [](const at::Tensor& k, const at::Tensor& l) {
    const double n = static_cast<double>(k.size(0));
    double trace = 0, sums = 0, mixed = 0;
    const at::Tensor k_rows = k.sum(1), l_rows = l.sum(1);
    for (std::int64_t i = 0; i < k.size(0); ++i) {
      for (std::int64_t j = 0; j < k.size(0); ++j) trace += k[i][j].item<double>() * l[j][i].item<double>();
      mixed += k_rows[i].item<double>() * l_rows[i].item<double>();
    }
    sums = k.sum().item<double>() * l.sum().item<double>();
    return trace + sums / ((n - 1) * (n - 2)) - 2 / (n - 2) * mixed;
  };
  const at::Tensor k = gram(x), l = gram(y);
  return hsic(k, l) / std::sqrt(hsic(k, k) * hsic(l, l));
}

double plain_by_definition(const at::Tensor& x, const at::Tensor& y) {
  const at::Tensor a = x - x.mean(0), b = y - y.mean(0);
  const at::Tensor k = at::mm(a, a.t()), l = at::mm(b, b.t());
  return ((k * l).sum() / (k.norm() * l.norm())).item<double>();
}

at::Tensor rotation(std::int64_t size) { return std::get<0>(at::linalg_qr(numbers({size, size}, "rotation"))); }

}  // namespace

TEST_CASE("CKA from features is that of Gram matrices", "[analysis]") {
  const at::Tensor x = numbers({25, 6}, "x");
  const at::Tensor y = at::mm(x, numbers({6, 4}, "map")) + 0.7 * numbers({25, 4}, "noise") + 3;
  CHECK(debiased_cka(x, y) == Approx(cka_by_grams(x, y)).margin(1e-9));
  CHECK(plain_cka(x, y) == Approx(plain_by_definition(x, y)).margin(1e-9));
  CHECK(debiased_cka(y, x) == Approx(debiased_cka(x, y)).margin(1e-12));
  CHECK(std::isnan(debiased_cka(x.narrow(0, 0, 3), y.narrow(0, 0, 3))));
  CHECK(std::isnan(debiased_cka(at::ones({9, 2}, at::kDouble), x.narrow(0, 0, 9))));
}

TEST_CASE("CKA sees through rotation, scale and shift, and nothing else", "[analysis]") {
  const at::Tensor x = numbers({300, 8}, "x");
  CHECK(debiased_cka(x, 5 * at::mm(x, rotation(8)) - 2) == Approx(1).margin(1e-9));
  const at::Tensor stretched = x * at::tensor({9.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.1}, at::kDouble);
  CHECK(debiased_cka(x, stretched) < 0.8);
}

TEST_CASE("independent noise lies at its floor, with and without debiasing", "[analysis]") {
  const at::Tensor x = numbers({600, 200}, "noise a"), y = numbers({600, 200}, "noise b");
  CHECK(std::abs(debiased_cka(x, y)) < 0.01);
  CHECK(plain_cka(x, y) == Approx(noise_cka(600, 200, 200)).margin(0.01));
  CHECK(noise_cka(1000, 768, 768) == Approx(0.44).margin(0.01));
  CHECK(noise_cka(50, 768, 768) == Approx(0.94).margin(0.01));
}

TEST_CASE("the map of CKA has every pair of layers, its floor and its size", "[analysis]") {
  const at::Tensor x = numbers({60, 6}, "x");
  const std::vector<at::Tensor> first = {x, numbers({60, 6}, "other")};
  const std::vector<at::Tensor> second = {at::mm(x, rotation(6)), numbers({60, 6}, "third"), first[1] * 2};
  const CkaMap map = cka_map(first, second);
  REQUIRE(map.values.size() == 2);
  REQUIRE(map.values[0].size() == 3);
  for (std::size_t row = 0; row < 2; ++row)
    for (std::size_t column = 0; column < 3; ++column)
      CHECK(map.values[row][column] == Approx(cka_by_grams(first[row], second[column])).margin(1e-9));
  CHECK(map.values[0][0] == Approx(1));
  CHECK(map.values[1][2] == Approx(1));
  CHECK(map.tokens == 60);
  CHECK(map.width == 6);
  CHECK(map.floor > 0);
  CHECK(map.floor < 0.3);
  CHECK_FALSE(map.is_short);
  CHECK(cka_map({x.narrow(0, 0, 20)}, {x.narrow(0, 0, 20)}).is_short);
}

TEST_CASE("CKA is refused where tokens are no more than the width, or not the same", "[analysis]") {
  const at::Tensor x = numbers({8, 8}, "x");
  CHECK_THROWS_WITH(cka_map({x}, {x}), Catch::Contains("8 tokens at width 8"));
  CHECK_THROWS_WITH(debiased_cka(x, x.narrow(0, 0, 7)), Catch::Contains("8 and 7"));
}

TEST_CASE("ranks share ties, and their correlation is that of the definition", "[analysis]") {
  CHECK(ranks(std::vector<double>{3, 1, 3, 2}) == std::vector<double>{3.5, 1, 3.5, 2});
  CHECK(spearman(std::vector<double>{1, 2, 3, 4}, std::vector<double>{1, 4, 9, 16}) == Approx(1));
  CHECK(spearman(std::vector<double>{1, 2, 3}, std::vector<double>{3, 2, 1}) == Approx(-1));
  CHECK(std::isnan(spearman(std::vector<double>{1, 1}, std::vector<double>{1, 2})));
  // Without ties: 1 - 6 Σ d² / (n (n² - 1)).
  const std::vector<double> a = {0.3, -1, 7, 2.5, 4}, b = {1, 0, 2, 9, -3};
  const std::vector<double> ra = {2, 1, 5, 3, 4}, rb = {3, 2, 4, 5, 1};
  double squares = 0;
  for (std::size_t i = 0; i < 5; ++i) squares += (ra[i] - rb[i]) * (ra[i] - rb[i]);
  CHECK(spearman(a, b) == Approx(1 - 6 * squares / (5 * 24)));
}

TEST_CASE("RSA compares the distances of all pairs of tokens, of many only some", "[analysis]") {
  const at::Tensor x = numbers({12, 5}, "x"), y = numbers({12, 3}, "y");
  std::vector<double> first, second;
  for (std::int64_t i = 0; i < 12; ++i)
    for (std::int64_t j = i + 1; j < 12; ++j) {
      first.push_back((x[i] - x[j]).norm().item<double>());
      second.push_back((y[i] - y[j]).norm().item<double>());
    }
  CHECK(representational_similarity(x, y) == Approx(spearman(first, second)).margin(1e-9));
  CHECK(representational_similarity(x, at::mm(x, rotation(5)) * 3) == Approx(1).margin(1e-6));
  const at::Tensor many = numbers({90, 4}, "many");
  CHECK(representational_similarity(many, many.square(), 30) ==
        Approx(representational_similarity(many.slice(0, 0, 90, 3), many.square().slice(0, 0, 90, 3))));
}

TEST_CASE("distances and cosines are those of the rows", "[analysis]") {
  const at::Tensor x = at::tensor({3.0, 4.0, 1.0, 0.0}, at::kDouble).view({2, 2});
  const at::Tensor y = at::tensor({0.0, 0.0, 0.0, 2.0}, at::kDouble).view({2, 2});
  CHECK(row_distances(x, y) == std::vector<double>{5, std::sqrt(5.0)});
  CHECK(row_cosines(x, x)[0] == Approx(1));
  CHECK(row_cosines(x, y) == std::vector<double>{0, 0});
  const Spread spread = spread_of({4, 1, 2, 3, 0});
  CHECK(spread.mean == Approx(2));
  CHECK(spread.low == Approx(0.2));
  CHECK(spread.high == Approx(3.8));
}

}  // namespace lorascope::analysis::test
