#pragma once

#include <span>
#include <vector>

namespace lorascope::analysis {

/// Ranks from 1 in rising order; equal values share the mean of their ranks.
std::vector<double> ranks(std::span<const double> values);

/// Spearman's ρ: Pearson's correlation of the ranks, in [-1, 1]; NaN where one side is constant or shorter than 2.
double spearman(std::span<const double> first, std::span<const double> second);

}  // namespace lorascope::analysis
