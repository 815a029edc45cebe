#include "core/metrics/accuracy.h"

#include <cmath>

namespace lorascope::metrics {

std::size_t first_maximum(std::span<const float> scores) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < scores.size(); ++i) {
    if (scores[i] > scores[best] || (std::isnan(scores[best]) && !std::isnan(scores[i]))) best = i;
  }
  return best;
}

double accuracy(std::span<const std::int64_t> labels, std::span<const std::int64_t> guesses) {
  std::size_t num_right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) num_right += labels[i] == guesses[i] ? 1 : 0;
  return static_cast<double>(num_right) / static_cast<double>(labels.size());
}

}  // namespace lorascope::metrics
