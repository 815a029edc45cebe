#include "core/adapters/initialisation.h"

#include "core/base/error.h"
#include "tests/core/adapters/numbers.h"

namespace lorascope::adapters::test {
namespace {

StartPlace place(std::int64_t out, std::int64_t in, std::int64_t rank, double scaling = 2) {
  return {"layer.0.query", numbers({out, in}, "w"), rank, scaling, 5};
}

}  // namespace

TEST_CASE("pissa takes the leading singular triples of the weight", "[adapters]") {
  const auto [out, in] = GENERATE(table<std::int64_t, std::int64_t>({{12, 8}, {8, 12}, {9, 9}}));
  const StartPlace start = place(out, in, 3);
  const StartFactors factors = start_factors("pissa", start);
  const auto [u, s, vh] = at::linalg_svd(start.weight.to(at::kDouble), false);
  const at::Tensor best = at::mm(u.narrow(1, 0, 3) * s.narrow(0, 0, 3), vh.narrow(0, 0, 3));
  CHECK(deviation(dense({factors.b, factors.a, start.scaling}), best) < kTolerance);
  // Both factors carry the square root of the singular values.
  CHECK(deviation(at::mm(factors.b.t(), factors.b), at::mm(factors.a, factors.a.t())) < kTolerance);
}

TEST_CASE("pissa by iteration comes to the same with enough rounds and repeats itself", "[adapters]") {
  const StartPlace start = place(20, 14, 4);
  const at::Tensor exact = dense({start_factors("pissa", start).b, start_factors("pissa", start).a, start.scaling});
  const auto product = [&](const char* init) {
    const StartFactors factors = start_factors(init, start);
    return dense({factors.b, factors.a, start.scaling});
  };
  CHECK(deviation(product("pissa_niter_60"), exact) < 1e-4);
  CHECK(deviation(product("pissa_niter_0"), exact) > 1e-3);
  StartPlace other_seed = start;
  other_seed.seed = 6;
  CHECK(at::equal(start_factors("pissa_niter_2", start).a, start_factors("pissa_niter_2", other_seed).a));
}

TEST_CASE("olora starts from the QR decomposition", "[adapters]") {
  const StartPlace start = place(12, 8, 3);
  const StartFactors factors = start_factors("olora", start);
  CHECK(deviation(at::mm(factors.b.t(), factors.b), at::eye(3)) < kTolerance);
  // The first columns of W lie in the span of B.
  CHECK(deviation(at::mm(factors.b, factors.a).narrow(1, 0, 3), start.weight.narrow(1, 0, 3)) < kTolerance);
}

TEST_CASE("orthogonal starts from B A = 0 with both away from zero", "[adapters]") {
  const StartFactors factors = start_factors("orthogonal", place(24, 16, 4));
  CHECK(at::mm(factors.b, factors.a).abs().max().item<double>() < 1e-6);
  CHECK(factors.a.sizes() == at::IntArrayRef{4, 16});
  CHECK(factors.a.abs().max().item<double>() > 0.01);
  CHECK(factors.b.abs().max().item<double>() > 0.01);
  CHECK_THROWS_WITH(start_factors("orthogonal", place(24, 16, 3)), Catch::Contains("even"));
}

TEST_CASE("which initialisations change the base", "[adapters]") {
  for (const char* init : {"pissa", "pissa_niter_16", "olora"}) CHECK(changes_base(init));
  for (const char* init : {"true", "false", "gaussian", "orthogonal", "eva"}) CHECK_FALSE(changes_base(init));
}

TEST_CASE("an initialisation that cannot be computed is refused", "[adapters]") {
  CHECK_THROWS_WITH(start_factors("eva", place(8, 8, 2)), Catch::Contains("eva"));
  CHECK_THROWS_WITH(start_factors("pissa_niter_x", place(8, 8, 2)), Catch::Contains("pissa_niter_x"));
  CHECK_THROWS_WITH(start_factors("olora", place(8, 6, 7)), Catch::Contains("at most 6"));
  CHECK_THROWS_AS(start_factors("pissa", place(8, 8, 2, -1)), CheckpointError);
}

}  // namespace lorascope::adapters::test
