#include "ui/main_window/spectra_history.h"

#include <algorithm>
#include <cmath>

namespace lorascope::ui {

bool thinSpectra(std::vector<store::Spectrum>& spectra, const SpectraLimits& limits) {
  std::size_t num_steps = 0;
  std::size_t num_values = 0;
  for (std::size_t i = 0; i < spectra.size(); ++i) {
    if (i == 0 || spectra[i].step != spectra[i - 1].step) ++num_steps;
    num_values += spectra[i].values.size();
  }
  if (num_steps < 3 || (num_steps <= limits.steps && num_values <= limits.values)) return false;
  const std::size_t affordable = std::min(limits.steps, limits.values * num_steps / std::max<std::size_t>(1, num_values));
  const double first = static_cast<double>(spectra.front().step);
  const std::int64_t newest = spectra.back().step;
  const double gap = (static_cast<double>(newest) - first) / static_cast<double>(std::max<std::size_t>(1, affordable / 2));
  double next = first;
  std::int64_t kept_step = spectra.front().step;
  std::vector<store::Spectrum> kept;
  for (store::Spectrum& spectrum : spectra) {
    const double step = static_cast<double>(spectrum.step);
    if (step >= next) {
      kept_step = spectrum.step;
      next = first + (std::floor((step - first) / gap) + 1) * gap;
    }
    if (spectrum.step == kept_step || spectrum.step == newest) kept.push_back(std::move(spectrum));
  }
  kept.shrink_to_fit();
  spectra = std::move(kept);
  return true;
}

}  // namespace lorascope::ui
