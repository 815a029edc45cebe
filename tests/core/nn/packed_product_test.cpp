#include "core/nn/packed_product.h"

#include <ATen/ATen.h>

#include "core/nn/packed_dense.h"
#include "tests/support/catch.h"

namespace lorascope::nn {
namespace {

constexpr double kRounding = 2e-5;  // of sums in fp32 in another order

double deviation(const at::Tensor& found, const at::Tensor& expected) {
  return (found - expected).abs().max().item<double>() / expected.abs().max().item<double>();
}

/// What bf16 keeps of a number, in fp32.
at::Tensor rounded(const at::Tensor& x) {
  return x.to(at::kBFloat16).to(at::kFloat);
}

struct Fixture {
  PackedBatch batch;
  Arena arena;

  PackedPass pass(bool keep = true, bool fresh = true) {
    PackedPass made{batch, arena};
    made.keep = keep;
    made.fresh = fresh;
    made.precision = Precision::Bf16;
    return made;
  }
};

Weight trained(const at::Tensor& value) {
  Weight weight{value, {}};
  make_trained(weight);
  return weight;
}

Dense dense(std::int64_t out, std::int64_t in) {
  return Dense{"module", {at::randn({out, in}), {}}, {at::randn({out}), {}}, {}};
}

TEST_CASE("a mixed product is that of rounded factors, summed in fp32", "[nn]") {
  Fixture fixture;
  const PackedPass pass = fixture.pass();
  const std::int64_t m = GENERATE(1, 7, 130), n = GENERATE(1, 33), k = GENERATE(1, 64, 200);
  const at::Tensor a = at::randn({m, k}), b = at::randn({k, n}), before = at::randn({m, n});
  const at::Tensor exact = at::mm(rounded(a), rounded(b));
  at::Tensor out = at::full({m, n}, std::numeric_limits<float>::quiet_NaN());
  product(pass, out, a, b);
  CHECK(deviation(out, exact) < kRounding);
  SECTION("with factors") {
    out = before.clone();
    product(pass, out, a, b, {0.5, 2});
    CHECK(deviation(out, before * 2 + exact * 0.5) < kRounding);
  }
  SECTION("of transposed factors") {
    product(pass, out, a.t().contiguous().t(), b.t().contiguous().t());
    CHECK(deviation(out, exact) < kRounding);
  }
  SECTION("of factors that are rounded already, and of some columns") {
    const at::Tensor wide = at::randn({m, 3 * k}), result = at::zeros({m, n + 2});
    product(pass, result.narrow(1, 1, n), operand(pass, wide).narrow(1, k, k), operand(pass, b));
    CHECK(deviation(result.narrow(1, 1, n), at::mm(rounded(wide.narrow(1, k, k)), rounded(b))) < kRounding);
    CHECK(result.select(1, 0).abs().max().item<float>() == 0);
    CHECK(result.select(1, n + 1).abs().max().item<float>() == 0);
  }
  fixture.arena.reset();
}

TEST_CASE("a trained module in bf16 has the output and gradients of the formula", "[nn]") {
  Fixture fixture;
  Dense module = dense(24, 40);
  module.weight = trained(module.weight.value);
  DenseGroup group{{&module}, &module.weight};
  const at::Tensor x = at::randn({50, 40}), dy = at::randn({50, 24});
  at::Tensor y = at::empty({50, 24}), dx = at::empty({50, 40});
  const PackedPass pass = fixture.pass();
  const DenseTape tape = dense_forward(group, x, y, pass);
  dense_backward(group, tape, dy, dx, 0, pass);
  const at::Tensor w = module.weight.value;
  CHECK(deviation(y, at::mm(rounded(x), rounded(w).t())) < kRounding);
  CHECK(deviation(dx, at::mm(rounded(dy), rounded(w))) < kRounding);
  CHECK(deviation(module.weight.gradient, at::mm(rounded(dy).t(), rounded(x))) < kRounding);

  module.weight.value.add_(0.5);  // as an optimiser does
  fixture.arena.reset();
  dense_forward(group, x, y, pass);
  CHECK(deviation(y, at::mm(rounded(x), rounded(w).t())) < kRounding);
}

TEST_CASE("adapters in bf16 have the output and gradients of the formula", "[nn]") {
  Fixture fixture;
  Dense first = dense(24, 40), second = dense(24, 40);
  Weight whole{at::cat({first.weight.value, second.weight.value}, 0), {}};
  LowRank adapter;
  adapter.a = trained(at::randn({4, 40}));
  adapter.b = trained(at::randn({24, 4}));
  adapter.scaling = 0.75;
  second.adapters.push_back(adapter);
  DenseGroup group{{&first, &second}, &whole};
  const at::Tensor x = at::randn({50, 40}), dy = at::randn({50, 48});
  at::Tensor y = at::empty({50, 48}), dx = at::zeros({50, 40});
  const PackedPass pass = fixture.pass();
  const DenseTape tape = dense_forward(group, x, y, pass);
  dense_backward(group, tape, dy, dx, 1, pass);

  const at::Tensor a = rounded(adapter.a.value), b = rounded(adapter.b.value), d = rounded(dy.narrow(1, 24, 24));
  const at::Tensor low = at::mm(rounded(x), a.t()), d_low = at::mm(d, b) * 0.75;
  at::Tensor expected = at::mm(rounded(x), rounded(whole.value).t());
  expected.narrow(1, 24, 24).add_(at::mm(rounded(low), b.t()), 0.75);
  // A number that lies between two of bf16 may be rounded either way after sums in another order.
  constexpr double kSecondRounding = 2e-3;
  CHECK(deviation(y, expected) < kSecondRounding);
  CHECK(deviation(dx, at::mm(rounded(dy), rounded(whole.value)) + at::mm(rounded(d_low), a)) < kSecondRounding);
  CHECK(deviation(adapter.b.gradient, at::mm(d.t(), rounded(low)) * 0.75) < kSecondRounding);
  CHECK(deviation(adapter.a.gradient, at::mm(rounded(d_low).t(), rounded(x))) < kSecondRounding);
}

}  // namespace
}  // namespace lorascope::nn
