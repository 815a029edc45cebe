#include "core/figures/smoothing.h"

#include <cmath>
#include <random>

#include "tests/support/catch.h"

using lorascope::figures::smoothed;
using lorascope::figures::Smoother;

namespace {

// The definition, term by term.
std::vector<double> naive_smoothed(const std::vector<double>& values, double weight) {
  std::vector<double> result;
  for (std::size_t n = 0; n < values.size(); ++n) {
    double sum = 0, weights = 0;
    for (std::size_t k = 0; k <= n; ++k) {
      const double share = std::pow(weight, static_cast<double>(n - k));
      sum += share * values[k];
      weights += share;
    }
    result.push_back(sum / weights);
  }
  return result;
}

}  // namespace

TEST_CASE("Smoothing equals the debiased moving average", "[figures]") {
  // By hand: (0.5 * 1 + 3) / 1.5 and (0.25 * 1 + 0.5 * 3 + 8) / 1.75.
  const std::vector<double> by_hand = smoothed(std::vector<double>{1, 3, 8}, 0.5);
  CHECK(by_hand[0] == Approx(1));
  CHECK(by_hand[1] == Approx(3.5 / 1.5));
  CHECK(by_hand[2] == Approx(9.75 / 1.75));
}

TEST_CASE("Smoothing equals its definition term by term", "[figures]") {
  std::mt19937 random(3);
  std::normal_distribution<double> noise;
  std::vector<double> values;
  for (int i = 0; i < 300; ++i) values.push_back(noise(random));
  for (const double weight : {0.0, 0.3, 0.9, 0.99}) {
    const std::vector<double> expected = naive_smoothed(values, weight), found = smoothed(values, weight);
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-12));
  }
}

TEST_CASE("Smoothing with weight 0 changes nothing, with weight 1 it is the running mean", "[figures]") {
  const std::vector<double> values = {4, 2, 9, 1};
  CHECK(smoothed(values, 0) == values);
  CHECK(smoothed(values, 1) == std::vector<double>{4, 3, 5, 4});
  CHECK(smoothed(values, 7) == smoothed(values, 1));
  CHECK(smoothed(values, NAN) == values);
}

TEST_CASE("A gap stays a gap and does not disturb the average", "[figures]") {
  const std::vector<double> with_gap = smoothed(std::vector<double>{1, NAN, 3, INFINITY, 8}, 0.5);
  const std::vector<double> without = smoothed(std::vector<double>{1, 3, 8}, 0.5);
  CHECK(std::isnan(with_gap[1]));
  CHECK(std::isinf(with_gap[3]));
  CHECK(with_gap[2] == without[1]);
  CHECK(with_gap[4] == without[2]);
}

TEST_CASE("A growing series is smoothed on without starting again", "[figures]") {
  const std::vector<double> values = {5, 1, 4, 1, 5, 9};
  Smoother smoother(0.8);
  std::vector<double> found;
  for (const double value : values) found.push_back(smoother.next(value));
  CHECK(found == smoothed(values, 0.8));
}
