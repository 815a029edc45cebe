#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lorascope::metrics {

/// Index of the largest score, the first of equal ones; NaN counts as the lowest. scores must not be empty.
std::size_t first_maximum(std::span<const float> scores);

/// Share of guesses that equal their label, 0 to 1. Equal lengths, not empty.
double accuracy(std::span<const std::int64_t> labels, std::span<const std::int64_t> guesses);

}  // namespace lorascope::metrics
