#include "core/adapters/low_rank.h"

#include <cmath>

#include "tests/core/adapters/numbers.h"

namespace lorascope::adapters::test {

TEST_CASE("a thin decomposition is that of the product", "[adapters]") {
  const std::int64_t rank = GENERATE(1, 4, 9);
  const LowRankProduct product{numbers({12, rank}, "b"), numbers({rank, 7}, "a"), -0.5};
  const ThinSvd thin = thin_svd(product);
  const at::Tensor whole = dense(product);
  const at::Tensor expected = at::linalg_svdvals(whole).narrow(0, 0, thin.s.size(0));
  CHECK(thin.s.size(0) == std::min<std::int64_t>(rank, 7));
  CHECK(deviation(thin.s, expected) < 1e-12);
  CHECK(deviation(at::mm(thin.u * thin.s, thin.v.t()), whole) < 1e-12);
  CHECK(deviation(at::mm(thin.u.t(), thin.u), at::eye(thin.s.size(0), at::kDouble)) < 1e-12);
}

TEST_CASE("inner products and norms of products are those of the matrices", "[adapters]") {
  const LowRankProduct left{numbers({9, 3}, "b1"), numbers({3, 6}, "a1"), 2.0};
  const LowRankProduct right{numbers({9, 5}, "b2"), numbers({5, 6}, "a2"), -0.25};
  CHECK(inner_product(left, right) == Approx((dense(left) * dense(right)).sum().item<double>()).epsilon(1e-10));
  CHECK(frobenius_norm(left) == Approx(dense(left).square().sum().sqrt().item<double>()).epsilon(1e-10));
  const LowRankProduct sum = weighted_sum({{left, 0.5}, {right, -3}});
  CHECK(sum.a.size(0) == 8);
  CHECK(deviation(dense(sum), dense(left) * 0.5 - dense(right) * 3) < 1e-12);
}

TEST_CASE("a relative error is 0 for equals, 1 for nothing, infinite against nothing", "[adapters]") {
  const LowRankProduct product{numbers({9, 3}, "b1"), numbers({3, 6}, "a1"), 2.0};
  const LowRankProduct nothing{at::zeros({9, 1}), at::zeros({1, 6}), 1.0};
  CHECK(relative_error(product, product) < 1e-7);
  CHECK(relative_error(nothing, product) == Approx(1));
  CHECK(relative_error(nothing, nothing) == 0);
  CHECK(std::isinf(relative_error(product, nothing)));
}

}  // namespace lorascope::adapters::test
