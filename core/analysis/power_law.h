#pragma once

#include <cstddef>
#include <vector>

namespace lorascope::analysis {

/// A power law p(λ) ~ λ^-α fitted to the tail λ ≥ cut of eigenvalues ([WeightWatcher], [Clauset]).
struct PowerLaw {
  double alpha = 0;     ///< 1 + n / Σ ln(λ / cut); NaN where nothing could be fitted
  double cut = 0;       ///< the eigenvalue at which the tail begins
  double distance = 0;  ///< Kolmogorov-Smirnov distance of tail and fit
  std::size_t tail = 0;  ///< eigenvalues in the tail

  /// (α − 1) / √tail: how far alpha lies from that of the law by the chance of so many values ([Clauset]).
  double error() const;
};

/// The cut is the eigenvalue with the least distance; tails of fewer than 10 values are not looked at, since any line
/// fits them (deviates from [WeightWatcher], which looks at all). For weight matrices: λ = σ². Values at or below 0
/// are left out.
PowerLaw power_law_tail(std::vector<double> eigenvalues);

}  // namespace lorascope::analysis
