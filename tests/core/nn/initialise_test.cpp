#include "core/nn/initialise.h"

#include <ATen/ATen.h>

#include "tests/support/catch.h"

namespace lorascope::nn {

TEST_CASE("uniform values fill their range", "[nn]") {
  const at::Tensor drawn = draw_uniform({100, 200}, 0.5, 1, "a");
  CHECK(drawn.abs().max().item<double>() <= 0.5);
  CHECK(drawn.abs().max().item<double>() > 0.499);
  const double error = 0.5 / std::sqrt(3.0 * 20000.0);
  CHECK(drawn.mean().item<double>() == Approx(0).margin(4 * error));
  CHECK(drawn.var().item<double>() == Approx(0.25 / 3.0).epsilon(0.03));
}

TEST_CASE("normal values have their deviation", "[nn]") {
  const at::Tensor drawn = draw_normal({100, 200}, 0.02, 1, "a");
  CHECK(drawn.mean().item<double>() == Approx(0).margin(4 * 0.02 / std::sqrt(20000.0)));
  CHECK(drawn.std().item<double>() == Approx(0.02).epsilon(0.03));
  CHECK((drawn.abs() < 0.02).to(at::kFloat).mean().item<double>() == Approx(0.6827).margin(0.015));
}

TEST_CASE("values depend on seed and name alone", "[nn]") {
  const at::Tensor drawn = draw_normal({8, 4}, 1, 1, "layer.0");
  CHECK(at::equal(drawn, draw_normal({8, 4}, 1, 1, "layer.0")));
  CHECK_FALSE(at::equal(drawn, draw_normal({8, 4}, 1, 2, "layer.0")));
  CHECK_FALSE(at::equal(drawn, draw_normal({8, 4}, 1, 1, "layer.1")));
  // The same on every machine: checkpoints of a seed can be compared.
  CHECK(draw_uniform({1}, 1, 42, "classifier.weight").item<float>() == Approx(0.326419669).epsilon(1e-6));
}

}  // namespace lorascope::nn
