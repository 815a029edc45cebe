#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lorascope::figures {

// What a few seeds and many examples say about a difference. Pure functions.

struct Interval {
  double low = 0, high = 0;

  bool contains(double value) const { return value >= low && value <= high; }
};

/// From this many seeds on an interval over seeds is worth showing; below, the seeds themselves are.
inline constexpr std::size_t kSeedsForInterval = 5;

/// NaN without values.
double mean_of(std::span<const double> values);
/// Of the sample (n - 1); NaN below two values.
double standard_deviation(std::span<const double> values);

/// The t with P(T <= t) = probability for Student's T with `degrees` of freedom (at least 1), 0 < probability < 1.
double student_t_quantile(double probability, double degrees);
/// mean -+ t sd / sqrt(n): where the mean of further seeds would lie with this `level`. Nothing below two values.
std::optional<Interval> mean_interval(std::span<const double> values, double level = 0.95);

/// What one example adds to a score that is a ratio of sums: score = sum(numerator) / sum(denominator), 0 where that is
/// 0 / 0. Entity F1: 2 x right over guessed + gold; accuracy: right over 1.
struct ExampleCounts {
  double numerator = 0, denominator = 0;
};
double score_of(std::span<const ExampleCounts> examples);

struct BootstrapOptions {
  int num_resamples = 2000;
  double level = 0.95;
  std::uint64_t seed = 1;
};

/// The difference of two scores with its uncertainty.
struct Comparison {
  double difference = 0;  ///< second minus first
  Interval interval;      ///< percentiles of the resampled differences
  /// Share of resampled differences at least as far from the observed one as that is from 0 (two-sided, centred; the
  /// observation counts once, so it is never 0).
  double p = 1;
};

/// Paired bootstrap over examples: every resample draws the same examples for all systems. `first` and `second` hold
/// one vector of examples a seed, all of one length and order; the score of a side is the mean over its seeds. Nothing
/// where a side is empty or lengths differ.
std::optional<Comparison> bootstrap_over_examples(std::span<const std::vector<ExampleCounts>> first,
                                                  std::span<const std::vector<ExampleCounts>> second,
                                                  const BootstrapOptions& options = {});

/// Bootstrap over seeds: values of the same seeds in the same order are drawn together. Nothing below two seeds or
/// where the numbers of seeds differ.
std::optional<Comparison> bootstrap_over_seeds(std::span<const double> first, std::span<const double> second,
                                               const BootstrapOptions& options = {});

/// The interval of one score over its examples: percentiles of resampled scores, averaged over seeds. Nothing without
/// examples.
std::optional<Interval> interval_over_examples(std::span<const std::vector<ExampleCounts>> seeds,
                                               const BootstrapOptions& options = {});

}  // namespace lorascope::figures
