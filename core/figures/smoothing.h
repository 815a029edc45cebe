#pragma once

#include <span>
#include <vector>

namespace lorascope::figures {

/// Debiased exponential moving average, one value at a time, so that a growing series is never smoothed again:
/// out_n = sum_k w^(n-k) v_k / sum_k w^(n-k). Weight 0 returns the values, weight 1 their running mean. Values that are
/// not finite come out as they are and leave the average untouched.
class Smoother {
 public:
  /// weight is brought into [0, 1].
  explicit Smoother(double weight);

  double next(double value);

 private:
  double weight_;
  double weighted_sum_ = 0;
  double sum_of_weights_ = 0;
};

/// The whole series smoothed. Smooth first and thin out for drawing afterwards, never the other way round.
std::vector<double> smoothed(std::span<const double> values, double weight);

}  // namespace lorascope::figures
