#include "core/analysis/power_law.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "tests/support/catch.h"

namespace lorascope::analysis::test {
namespace {

/// Values of a power law by its quantiles, from `cut` on.
std::vector<double> power_law_values(double alpha, double cut, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(cut * std::pow(1 - (i + 0.5) / count, -1 / (alpha - 1)));
  return values;
}

/// Alpha and distance for one cut, by the definition.
std::pair<double, double> fit_at(const std::vector<double>& sorted, double cut) {
  std::vector<double> tail;
  for (const double value : sorted)
    if (value >= cut) tail.push_back(value);
  double sum = 0;
  for (const double value : tail) sum += std::log(value / cut);
  const double alpha = 1 + static_cast<double>(tail.size()) / sum;
  double distance = 0;
  for (const double value : tail) {
    const double below = static_cast<double>(
        std::count_if(tail.begin(), tail.end(), [value](double other) { return other < value; }));
    distance = std::max(distance, std::abs(below / static_cast<double>(tail.size()) - (1 - std::pow(value / cut, 1 - alpha))));
  }
  return {alpha, distance};
}

}  // namespace

TEST_CASE("a planted power law is found behind what is none", "[analysis]") {
  std::vector<double> values = power_law_values(2.5, 1.0, 300);
  for (int i = 0; i < 200; ++i) values.push_back(0.2 + 0.003 * i);
  const PowerLaw law = power_law_tail(values);
  CHECK(law.alpha == Approx(2.5).margin(0.1));
  CHECK(law.cut >= 0.7);
  CHECK(law.tail <= 301);
  CHECK(law.distance < 0.02);
  CHECK(law.error() == Approx((law.alpha - 1) / std::sqrt(static_cast<double>(law.tail))));
}

TEST_CASE("the cut is the best of all cuts", "[analysis]") {
  std::vector<double> values = power_law_values(3.2, 0.5, 40);
  for (int i = 0; i < 25; ++i) values.push_back(0.01 * (i + 1) * (i + 1));
  values.push_back(0);
  values.push_back(-1);
  std::sort(values.begin(), values.end());
  const PowerLaw law = power_law_tail(values);
  double least = 1, alpha = 0;
  const std::vector<double> positive(values.begin() + 2, values.end());
  for (std::size_t i = 0; i + 10 <= positive.size(); ++i) {
    const auto [fitted, distance] = fit_at(positive, positive[i]);
    if (distance < least) {
      least = distance;
      alpha = fitted;
    }
  }
  CHECK(law.distance == Approx(least));
  CHECK(law.alpha == Approx(alpha));
}

TEST_CASE("too few or equal values have no power law", "[analysis]") {
  CHECK(std::isnan(power_law_tail({1, 2, 3}).alpha));
  CHECK(std::isnan(power_law_tail({1, 2, 3}).error()));
  CHECK(std::isnan(power_law_tail(std::vector<double>(20, 2.0)).alpha));
}

}  // namespace lorascope::analysis::test
