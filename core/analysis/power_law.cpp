#include "core/analysis/power_law.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lorascope::analysis {
namespace {

constexpr std::size_t kShortestTail = 10;

}  // namespace

double PowerLaw::error() const {
  return tail > 0 ? (alpha - 1) / std::sqrt(static_cast<double>(tail)) : std::numeric_limits<double>::quiet_NaN();
}

PowerLaw power_law_tail(std::vector<double> eigenvalues) {
  std::erase_if(eigenvalues, [](double value) { return !(value > 0) || !std::isfinite(value); });
  std::sort(eigenvalues.begin(), eigenvalues.end());
  PowerLaw best{std::numeric_limits<double>::quiet_NaN(), 0, std::numeric_limits<double>::infinity(), 0};
  // Sums of logarithms of all values from i on.
  std::vector<double> logs(eigenvalues.size() + 1, 0.0);
  for (std::size_t i = eigenvalues.size(); i-- > 0;) logs[i] = logs[i + 1] + std::log(eigenvalues[i]);
  for (std::size_t first = 0; first + kShortestTail <= eigenvalues.size(); ++first) {
    const double cut = eigenvalues[first], n = static_cast<double>(eigenvalues.size() - first);
    const double sum = logs[first] - n * std::log(cut);
    if (!(sum > 0)) continue;
    const double alpha = 1 + n / sum;
    double distance = 0;
    for (std::size_t i = first; i < eigenvalues.size(); ++i) {
      const double fitted = 1 - std::pow(eigenvalues[i] / cut, 1 - alpha);
      distance = std::max(distance, std::abs(static_cast<double>(i - first) / n - fitted));
    }
    if (distance < best.distance) best = {alpha, cut, distance, eigenvalues.size() - first};
  }
  return best;
}

}  // namespace lorascope::analysis
