#include "core/adapters/weight_search.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "core/base/error.h"

namespace lorascope::adapters {
namespace {

/// Normal numbers that are the same with every standard library.
class Normal {
 public:
  explicit Normal(std::uint64_t seed) : bits_(seed) {}

  double operator()() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  /// In (0, 1].
  double uniform() { return (static_cast<double>(bits_() >> 11) + 1) / 9007199254740992.0; }

  std::mt19937_64 bits_;
};

double mean_size(const std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) sum += std::abs(weight);
  return sum / static_cast<double>(weights.size());
}

}  // namespace

FoundWeights search_weights(std::size_t count, const WeightSearchOptions& options,
                            const std::function<double(const std::vector<double>&)>& loss) {
  if (count == 0) throw UsageError("found no adapters to weigh, expected at least one");
  if (options.budget < 1)
    throw UsageError("budget: found " + std::to_string(options.budget) + ", expected at least 1 evaluation");
  Normal normal(options.seed);
  const auto judged = [&](std::vector<double> weights) {
    FoundWeights found{std::move(weights), 0, 0};
    found.loss = loss(found.weights);
    found.objective = found.loss + options.penalty * mean_size(found.weights);
    return found;
  };
  FoundWeights best = judged(std::vector<double>(count, 0.0));
  double width = options.bound / 3;
  for (int evaluation = 1; evaluation < options.budget; ++evaluation) {
    std::vector<double> next = best.weights;
    for (double& weight : next) weight = std::clamp(weight + width * normal(), -options.bound, options.bound);
    FoundWeights found = judged(std::move(next));
    const bool is_better = found.objective < best.objective;
    // Success in one of five leaves the width as it is.
    width *= is_better ? std::exp(0.8) : std::exp(-0.2);
    width = std::min(width, options.bound);
    if (is_better) best = std::move(found);
  }
  return best;
}

}  // namespace lorascope::adapters
