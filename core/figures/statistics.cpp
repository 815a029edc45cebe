#include "core/figures/statistics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace lorascope::figures {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// SplitMix64: the same draws on every machine, which <random>'s distributions do not promise.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}

  std::size_t below(std::size_t bound) {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    return static_cast<std::size_t>(z % bound);  // biased by less than bound / 2^64
  }

 private:
  std::uint64_t state_;
};

// The continued fraction of the incomplete beta function (Lentz).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < kTiny ? kTiny : d);
  double value = d;
  for (int i = 1; i < 500; ++i) {
    const double m = i;
    for (const double term : {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                              -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))}) {
      d = 1 + term * d;
      c = 1 + term / c;
      d = 1 / (std::abs(d) < kTiny ? kTiny : d);
      if (std::abs(c) < kTiny) c = kTiny;
      value *= c * d;
    }
    if (std::abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

// I_x(a, b).
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double log_front = std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
  if (x < (a + 1) / (a + b + 2)) return std::exp(log_front) * beta_fraction(a, b, x) / a;
  return 1 - std::exp(log_front) * beta_fraction(b, a, 1 - x) / b;
}

double student_t_cdf(double t, double degrees) {
  const double tail = 0.5 * incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
  return t > 0 ? 1 - tail : tail;
}

// Linear between order statistics, as NumPy's default.
double quantile(const std::vector<double>& sorted, double probability) {
  const double at = probability * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

Interval percentiles(std::vector<double> values, double level) {
  std::sort(values.begin(), values.end());
  return {quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)};
}

Comparison compared(double difference, std::vector<double> resampled, double level) {
  Comparison result;
  result.difference = difference;
  const double reach = std::abs(difference) * (1 - 1e-12);
  const auto as_far = std::count_if(resampled.begin(), resampled.end(),
                                    [&](double value) { return std::abs(value - difference) >= reach; });
  result.p = static_cast<double>(as_far + 1) / static_cast<double>(resampled.size() + 1);
  result.interval = percentiles(std::move(resampled), level);
  return result;
}

using Seeds = std::span<const std::vector<ExampleCounts>>;

double mean_score(Seeds seeds, const std::vector<std::size_t>& drawn) {
  double sum = 0;
  for (const std::vector<ExampleCounts>& examples : seeds) {
    double numerator = 0, denominator = 0;
    for (const std::size_t i : drawn) {
      numerator += examples[i].numerator;
      denominator += examples[i].denominator;
    }
    sum += denominator > 0 ? numerator / denominator : 0;
  }
  return sum / static_cast<double>(seeds.size());
}

// The number of examples that all seeds have; 0 where they differ.
std::size_t common_size(Seeds seeds) {
  if (seeds.empty()) return 0;
  for (const auto& examples : seeds) {
    if (examples.size() != seeds.front().size()) return 0;
  }
  return seeds.front().size();
}

std::vector<std::size_t> all_of(std::size_t size) {
  std::vector<std::size_t> all(size);
  for (std::size_t i = 0; i < size; ++i) all[i] = i;
  return all;
}

std::vector<double> resampled(std::size_t size, const BootstrapOptions& options,
                              const std::function<double(const std::vector<std::size_t>&)>& statistic) {
  Draws draws(options.seed);
  std::vector<std::size_t> drawn(size);
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(options.num_resamples));
  for (int i = 0; i < options.num_resamples; ++i) {
    for (std::size_t& index : drawn) index = draws.below(size);
    values.push_back(statistic(drawn));
  }
  return values;
}

}  // namespace

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? kNan : sum / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return kNan;
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double student_t_quantile(double probability, double degrees) {
  double low = -1, high = 1;
  while (student_t_cdf(low, degrees) > probability) low *= 2;
  while (student_t_cdf(high, degrees) < probability) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-13 * std::max(1.0, std::abs(high)); ++i) {
    const double middle = (low + high) / 2;
    (student_t_cdf(middle, degrees) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::optional<Interval> mean_interval(std::span<const double> values, double level) {
  if (values.size() < 2) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  const double reach = student_t_quantile((1 + level) / 2, n - 1) * standard_deviation(values) / std::sqrt(n);
  const double mean = mean_of(values);
  return Interval{mean - reach, mean + reach};
}

double score_of(std::span<const ExampleCounts> examples) {
  double numerator = 0, denominator = 0;
  for (const ExampleCounts& example : examples) {
    numerator += example.numerator;
    denominator += example.denominator;
  }
  return denominator > 0 ? numerator / denominator : 0;
}

std::optional<Comparison> bootstrap_over_examples(Seeds first, Seeds second, const BootstrapOptions& options) {
  const std::size_t size = common_size(first);
  if (size == 0 || common_size(second) != size) return std::nullopt;
  const auto difference = [&](const std::vector<std::size_t>& drawn) {
    return mean_score(second, drawn) - mean_score(first, drawn);
  };
  return compared(difference(all_of(size)), resampled(size, options, difference), options.level);
}

std::optional<Comparison> bootstrap_over_seeds(std::span<const double> first, std::span<const double> second,
                                               const BootstrapOptions& options) {
  if (first.size() < 2 || first.size() != second.size()) return std::nullopt;
  const auto difference = [&](const std::vector<std::size_t>& drawn) {
    double sum = 0;
    for (const std::size_t i : drawn) sum += second[i] - first[i];
    return sum / static_cast<double>(drawn.size());
  };
  return compared(difference(all_of(first.size())), resampled(first.size(), options, difference), options.level);
}

std::optional<Interval> interval_over_examples(Seeds seeds, const BootstrapOptions& options) {
  const std::size_t size = common_size(seeds);
  if (size == 0) return std::nullopt;
  const auto score = [&](const std::vector<std::size_t>& drawn) { return mean_score(seeds, drawn); };
  return percentiles(resampled(size, options, score), options.level);
}

}  // namespace lorascope::figures
