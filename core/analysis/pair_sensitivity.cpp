#include "core/analysis/pair_sensitivity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "core/base/error.h"

namespace lorascope::analysis {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double share(double meaning, double form) {
  const double sum = meaning + form;
  return sum > 0 ? meaning / sum : std::numeric_limits<double>::quiet_NaN();
}

/// Mean of a sample drawn with replacement, for each layer.
std::vector<double> sampled_means(const PairDistances& distances, std::mt19937_64& random) {
  const std::size_t count = distances.front().size();
  std::vector<std::uint32_t> places(count);
  for (std::uint32_t& place : places) place = static_cast<std::uint32_t>(((random() >> 32) * count) >> 32);
  std::vector<double> means;
  for (const std::vector<double>& layer : distances) {
    double sum = 0;
    for (const std::uint32_t place : places) sum += layer[place];
    means.push_back(sum / static_cast<double>(count));
  }
  return means;
}

double quantile(const std::vector<double>& sorted, double at) {
  const double place = at * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

void check(const PairDistances& distances, const char* name) {
  if (!distances.empty() && !distances.front().empty()) return;
  throw DataError("cannot tell form from meaning", Problem{name, "none", "some of each side", "give pairs of both"});
}

}  // namespace

std::vector<LayerSensitivity> pair_sensitivity(const PairDistances& form, const PairDistances& meaning,
                                               const BootstrapOptions& options) {
  check(form, "pairs that change the form");
  check(meaning, "pairs that change the meaning");
  std::vector<LayerSensitivity> result(form.size());
  for (std::size_t layer = 0; layer < form.size(); ++layer) {
    result[layer].form = mean_of(form[layer]);
    result[layer].meaning = mean_of(meaning.at(layer));
    result[layer].value = share(result[layer].meaning, result[layer].form);
  }
  std::vector<std::vector<double>> samples(form.size());
  std::mt19937_64 random(options.seed);
  for (int sample = 0; sample < options.samples; ++sample) {
    const std::vector<double> forms = sampled_means(form, random), meanings = sampled_means(meaning, random);
    for (std::size_t layer = 0; layer < form.size(); ++layer) {
      const double value = share(meanings[layer], forms[layer]);
      if (std::isfinite(value)) samples[layer].push_back(value);
    }
  }
  for (std::size_t layer = 0; layer < form.size(); ++layer) {
    std::sort(samples[layer].begin(), samples[layer].end());
    result[layer].low = samples[layer].empty() ? result[layer].value : quantile(samples[layer], 0.025);
    result[layer].high = samples[layer].empty() ? result[layer].value : quantile(samples[layer], 0.975);
  }
  return result;
}

std::optional<LayerDifference> most_different_layer(std::span<const LayerSensitivity> first,
                                                    std::span<const LayerSensitivity> second) {
  std::optional<LayerDifference> most;
  for (std::size_t layer = 0; layer < std::min(first.size(), second.size()); ++layer) {
    const double difference = second[layer].value - first[layer].value;
    if (!std::isfinite(difference) || (most && std::abs(difference) <= std::abs(most->difference))) continue;
    const bool is_clear = first[layer].high < second[layer].low || second[layer].high < first[layer].low;
    most = {layer, difference, is_clear};
  }
  return most;
}

}  // namespace lorascope::analysis
