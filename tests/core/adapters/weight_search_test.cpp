#include "core/adapters/weight_search.h"

#include <cmath>

#include "core/base/error.h"
#include "tests/support/catch.h"

namespace lorascope::adapters {
namespace {

double bowl(const std::vector<double>& weights) {
  const std::vector<double> lowest = {0.8, -0.4, 0.1};
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += (weights[i] - lowest[i]) * (weights[i] - lowest[i]);
  return sum;
}

TEST_CASE("The search for weights starts at none and comes near the lowest loss", "[adapters]") {
  WeightSearchOptions options;
  options.penalty = 0;
  options.budget = 1;
  CHECK(search_weights(3, options, bowl).weights == std::vector<double>{0, 0, 0});
  options.budget = 400;
  int calls = 0;
  const FoundWeights found = search_weights(3, options, [&](const std::vector<double>& weights) {
    ++calls;
    for (const double weight : weights) CHECK(std::abs(weight) <= 1.5);
    return bowl(weights);
  });
  CHECK(calls == 400);
  CHECK(found.loss < 1e-3);
  CHECK(found.objective == found.loss);
  CHECK(search_weights(3, options, bowl).weights == found.weights);
}

TEST_CASE("The search keeps weights in bounds, and its penalty draws them to zero", "[adapters]") {
  WeightSearchOptions options;
  options.budget = 300;
  options.penalty = 0;
  const auto slope = [](const std::vector<double>& weights) { return -weights[0]; };
  CHECK(search_weights(1, options, slope).weights[0] == Approx(1.5));
  options.penalty = 2;
  CHECK(search_weights(1, options, slope).weights[0] == 0);
  CHECK_THROWS_WITH(search_weights(0, options, slope), Catch::Contains("no adapters"));
}

}  // namespace
}  // namespace lorascope::adapters
