#include "core/figures/smoothing.h"

#include <algorithm>
#include <cmath>

namespace lorascope::figures {

Smoother::Smoother(double weight) : weight_(std::isnan(weight) ? 0 : std::clamp(weight, 0.0, 1.0)) {}

double Smoother::next(double value) {
  if (!std::isfinite(value)) return value;
  weighted_sum_ = weight_ * weighted_sum_ + value;
  sum_of_weights_ = weight_ * sum_of_weights_ + 1;
  return weighted_sum_ / sum_of_weights_;
}

std::vector<double> smoothed(std::span<const double> values, double weight) {
  Smoother smoother(weight);
  std::vector<double> result;
  result.reserve(values.size());
  for (const double value : values) result.push_back(smoother.next(value));
  return result;
}

}  // namespace lorascope::figures
