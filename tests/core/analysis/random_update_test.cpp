#include "core/analysis/random_update.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/analysis/weight_change.h"
#include "core/nn/initialise.h"
#include "tests/support/catch.h"

namespace lorascope::analysis::test {
namespace {

at::Tensor numbers(at::IntArrayRef shape, const char* name) {
  return nn::draw_normal(shape, 1.0, 3, name).to(at::kDouble);
}

/// W with a falling spectrum, as trained weights have it.
at::Tensor base() {
  const at::Tensor u = std::get<0>(at::linalg_qr(numbers({48, 40}, "u"))), v = std::get<0>(at::linalg_qr(numbers({40, 40}, "v")));
  return at::mm(u * at::arange(1, 41, at::kDouble).pow(-0.7) * 10, v.t());
}

}  // namespace

TEST_CASE("a random update has the singular values that it is given and no others", "[analysis]") {
  const at::Tensor update = random_update({3, 7, 1e-9, 2}, 12, 9, 1, "w");
  REQUIRE(update.sizes().vec() == std::vector<std::int64_t>{12, 9});
  // From the eigenvalues of the product, not from another decomposition of the same kind.
  const at::Tensor squares = at::linalg_eigvalsh(at::mm(update.t(), update)).flip(0);
  const double expected[] = {49, 9, 4, 0, 0};
  for (int i = 0; i < 5; ++i) CHECK(squares[i].item<double>() == Approx(expected[i]).margin(1e-9));
  CHECK(at::equal(update, random_update({7, 3, 2}, 12, 9, 1, "w")));
  CHECK_FALSE(at::equal(update, random_update({7, 3, 2}, 12, 9, 2, "w")));
  CHECK_FALSE(at::equal(update, random_update({7, 3, 2}, 12, 9, 1, "v")));
  CHECK(random_update({}, 4, 5, 1, "w").abs().max().item<double>() == 0);
  CHECK(random_update({0, 0}, 4, 5, 1, "w").abs().max().item<double>() == 0);
}

TEST_CASE("directions of random updates are spread evenly", "[analysis]") {
  at::Tensor sum = at::zeros({6, 6}, at::kDouble);
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const at::Tensor update = random_update({1}, 6, 8, seed, "w");
    sum += at::mm(update, update.t());
  }
  // E[u uᵀ] = I / 6.
  CHECK((sum / 600 - at::eye(6, at::kDouble) / 6).abs().max().item<double>() < 0.04);
}

TEST_CASE("the floor of intruders tells a foreign update from one inside the base", "[analysis]") {
  const at::Tensor weight = base();
  const SingularParts parts = singular_parts(weight);
  const auto count = [&](const at::Tensor& change) {
    return intruder_dimensions(weight, weight + change).indices.size();
  };
  // Along the base's own directions, as large as can be: no intruder, while the floor of that size has some.
  const at::Tensor own = at::mm(parts.u.narrow(1, 2, 3) * 12, parts.vh.narrow(0, 2, 3));
  CHECK(count(own) == 0);
  CHECK(count(random_update({12, 12, 12}, 48, 40, 1, "w")) >= 2);
  // A small random update has none: the count grows with the size.
  CHECK(count(random_update({0.3, 0.3, 0.3}, 48, 40, 1, "w")) == 0);
  std::size_t last = 0;
  for (const double size : {0.3, 3.0, 12.0}) {
    const std::size_t now = count(random_update({size, size, size}, 48, 40, 1, "w"));
    CHECK(now >= last);
    last = now;
  }
}

}  // namespace lorascope::analysis::test
