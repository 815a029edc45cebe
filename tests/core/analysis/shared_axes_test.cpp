#include "core/analysis/shared_axes.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/nn/initialise.h"
#include "tests/support/catch.h"

namespace lorascope::analysis::test {
namespace {

at::Tensor numbers(at::IntArrayRef shape, const std::string& name) {
  return nn::draw_normal(shape, 1.0, 7, name).to(at::kDouble);
}

at::Tensor orthonormal(std::int64_t rows, std::int64_t columns) {
  return std::get<0>(at::linalg_qr(numbers({rows, columns}, "frame")));
}

double largest(const at::Tensor& tensor) { return tensor.abs().max().item<double>(); }

}  // namespace

TEST_CASE("shared axes are the right singular vectors of all states together", "[analysis]") {
  const at::Tensor x = numbers({30, 7}, "x") * at::arange(1, 8, at::kDouble), y = numbers({20, 7}, "y") + 2;
  const SharedAxes axes = shared_axes({x, y}, 3);
  const at::Tensor all = at::cat({x, y});
  const at::Tensor shifted = all - all.mean(0);
  const auto [u, s, vh] = at::linalg_svd(shifted, false);
  CHECK(largest(at::mm(axes.axes, vh.narrow(0, 0, 3).t()).abs() - at::eye(3, at::kDouble)) < 1e-5);
  const double total = s.square().sum().item<double>();
  for (std::int64_t k = 0; k < 3; ++k) {
    CHECK(axes.shares[static_cast<std::size_t>(k)] == Approx(s[k].item<double>() * s[k].item<double>() / total));
    CHECK(axes.axes[k][axes.axes[k].abs().argmax().item<std::int64_t>()].item<double>() > 0);
  }
  CHECK(largest(project(axes, y) - at::mm(y - all.mean(0), axes.axes.t())) < 1e-12);
  CHECK(shared_axes({x}, 99).axes.size(0) == 7);
}

TEST_CASE("a planted rank is all the variance there is", "[analysis]") {
  const at::Tensor flat = at::mm(numbers({40, 2}, "two"), orthonormal(9, 2).t()) + 5;
  const SharedAxes axes = shared_axes({flat.narrow(0, 0, 10), flat.narrow(0, 10, 30)}, 4);
  CHECK(axes.shares[0] + axes.shares[1] == Approx(1).margin(1e-9));
  CHECK(axes.shares[2] < 1e-12);
}

TEST_CASE("a rotation is found again, and what is no rotation stays as residual", "[analysis]") {
  const at::Tensor x = numbers({50, 6}, "x"), turn = orthonormal(6, 6);
  const Rotation pure = best_rotation(x, at::mm(x, turn) + 4);
  CHECK(pure.relative < 1e-9);
  CHECK(largest(pure.matrix - turn) < 1e-9);
  at::Tensor moved = at::mm(x, turn);
  moved[3] += 5;
  const Rotation planted = best_rotation(x, moved);
  CHECK(std::max_element(planted.residuals.begin(), planted.residuals.end()) - planted.residuals.begin() == 3);
  // No other rotation is better: small turns of the one that was found only add to the residual.
  const auto rest = [&](const at::Tensor& matrix) {
    const at::Tensor from = x - x.mean(0), to = moved - moved.mean(0);
    return (at::mm(from, matrix) - to).norm().item<double>();
  };
  const at::Tensor skew = numbers({6, 6}, "skew");
  for (const double size : {0.1, -0.1, 0.01})
    CHECK(rest(at::mm(planted.matrix, at::linalg_matrix_exp(size * (skew - skew.t())))) > rest(planted.matrix));
  CHECK(planted.relative == Approx(rest(planted.matrix) / (moved - moved.mean(0)).norm().item<double>()));
  CHECK_THROWS_AS(best_rotation(x, x.narrow(1, 0, 5)), DataError);
}

}  // namespace lorascope::analysis::test
