#pragma once

#include <cstddef>
#include <vector>

#include "core/store/rows.h"

namespace lorascope::ui {

/// How much of one run's spectra the window keeps.
struct SpectraLimits {
  std::size_t steps = 400;
  std::size_t values = 2'000'000;  ///< 16 MB
};

/// Where spectra (by step) are more than that, keeps about half as many, spread evenly over the steps, and always those
/// of the first and the newest step. The store has all of them. False: nothing was taken away.
bool thinSpectra(std::vector<store::Spectrum>& spectra, const SpectraLimits& limits = {});

}  // namespace lorascope::ui
