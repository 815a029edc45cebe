#include "core/adapters/combination.h"

#include "core/base/error.h"
#include "tests/core/adapters/numbers.h"

namespace lorascope::adapters::test {
namespace {

/// Two updates with scalings away from one and a negative weight.
std::vector<WeightedProduct> two_updates() {
  return {{{numbers({8, 3}, "b1"), numbers({3, 6}, "a1"), 2.0}, 0.7},
          {{numbers({8, 3}, "b2"), numbers({3, 6}, "a2"), 0.5}, -1.2}};
}

at::Tensor exact_sum() {
  const auto parts = two_updates();
  return dense(parts[0].product) * 0.7 - dense(parts[1].product) * 1.2;
}

LowRankProduct row(std::vector<float> values, float b) {
  const auto count = static_cast<std::int64_t>(values.size());
  return {at::full({1, 1}, b), at::tensor(values).view({1, count}), 1.0};
}

}  // namespace

TEST_CASE("cat is the exact sum", "[adapters]") {
  const LowRankProduct made = combine(two_updates(), combination_rule("cat"));
  CHECK(made.a.size(0) == 6);
  CHECK(deviation(dense(made), exact_sum()) < kTolerance);
}

TEST_CASE("linear sums factors, so that products of different adapters come in", "[adapters]") {
  const auto parts = two_updates();
  const double first = std::sqrt(1.4), second = std::sqrt(0.6);
  const at::Tensor a = parts[0].product.a * first - parts[1].product.a * second;
  const at::Tensor b = parts[0].product.b * first + parts[1].product.b * second;
  const LowRankProduct made = combine(parts, combination_rule("linear"));
  CHECK(deviation(made.a, a) < kTolerance);
  CHECK(deviation(made.b, b) < kTolerance);
  CHECK(deviation(dense(made), exact_sum()) > 0.1);
}

TEST_CASE("svd is the best approximation of the sum of its rank", "[adapters]") {
  CombinationRule rule = combination_rule("svd");
  rule.rank = GENERATE(1, 3, 6);
  const LowRankProduct made = combine(two_updates(), rule);
  const auto [u, s, vh] = at::linalg_svd(exact_sum(), false);
  const at::Tensor best = at::mm(u.narrow(1, 0, rule.rank) * s.narrow(0, 0, rule.rank), vh.narrow(0, 0, rule.rank));
  CHECK(made.a.size(0) == rule.rank);
  CHECK(deviation(dense(made), best) < kTolerance);
}

TEST_CASE("pruning keeps floor(density n) entries, the largest ones", "[adapters]") {
  CombinationRule rule = combination_rule("magnitude_prune");
  rule.density = 0.5;
  const LowRankProduct made = combine({{row({1, -5, 2, 4, -3}, 1), 1.0}}, rule);
  // Of five entries two stay; of B's single entry none.
  CHECK(at::equal(made.a, at::tensor({0.F, -5.F, 0.F, 4.F, 0.F}).view({1, 5})));
  CHECK(made.b.abs().max().item<float>() == 0);
}

TEST_CASE("ties elects the sign of the sum, plus where it is zero, and takes the mean of those that agree",
          "[adapters]") {
  CombinationRule rule = combination_rule("ties");
  rule.density = 1;
  const std::vector<WeightedProduct> parts = {{row({1, -5, 2, 3}, 1), 1.0}, {row({3, 2, -2, -9}, 1), 1.0}};
  const LowRankProduct made = combine(parts, rule);
  CHECK(at::allclose(made.a, at::tensor({2.F, -5.F, 2.F, -9.F}).view({1, 4})));
  CHECK(made.b.item<float>() == Approx(1));
  SECTION("a sign by the number of entries") {
    rule.count_signs = true;
    const LowRankProduct counted = combine({{row({1}, 1), 1.0}, {row({1}, 1), 1.0}, {row({-9}, 1), 1.0}}, rule);
    CHECK(counted.a.item<float>() == Approx(1));
    rule.count_signs = false;
    const LowRankProduct summed = combine({{row({1}, 1), 1.0}, {row({1}, 1), 1.0}, {row({-9}, 1), 1.0}}, rule);
    CHECK(summed.a.item<float>() == Approx(-9));
  }
}

TEST_CASE("dare keeps the given share at random, keeps the mean, and repeats itself", "[adapters]") {
  CombinationRule rule = combination_rule("dare_linear");
  rule.density = 0.25;
  rule.name = "layer.0.query";
  const std::vector<WeightedProduct> parts = {{{at::ones({1, 1}), at::ones({1, 4000}), 1.0}, 1.0}};
  const at::Tensor made = combine(parts, rule).a;
  const double kept = (made != 0).sum().item<double>() / 4000;
  CHECK(kept == Approx(0.25).margin(0.03));
  CHECK(made.max().item<double>() == Approx(4));
  CHECK(at::equal(made, combine(parts, rule).a));
  rule.seed = 1;
  CHECK_FALSE(at::equal(made, combine(parts, rule).a));
}

TEST_CASE("kinds on the product prune ΔW itself and truncate it", "[adapters]") {
  CombinationRule rule = combination_rule("magnitude_prune_svd");
  rule.density = 0.5;
  rule.rank = 6;
  const auto parts = two_updates();
  at::Tensor expected = at::zeros({8, 6}, at::kDouble);
  for (const WeightedProduct& part : parts) {
    at::Tensor delta = dense(part.product);
    const double limit = std::get<0>(delta.abs().reshape(-1).sort(0, true))[23].item<double>();
    expected += delta * (delta.abs() >= limit) * part.weight;
  }
  CHECK(deviation(dense(combine(parts, rule)), expected) < kTolerance);
}

TEST_CASE("an unknown way of merging is refused with the known ones", "[adapters]") {
  CHECK_THROWS_AS(combination_rule("mean"), UsageError);
  for (const std::string& type : combination_types()) CHECK_NOTHROW(combination_rule(type));
  CHECK(combination_rule("ties_svd").truncates());
  CHECK_FALSE(combination_rule("svd").needs_density());
}

}  // namespace lorascope::adapters::test
