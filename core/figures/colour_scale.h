#pragma once

#include "core/figures/plot_style.h"

namespace lorascope::figures {

/// Mixed in OKLab, where equal steps look equal: 0 gives the first, 1 the second.
Rgb evenly_mixed(Rgb from, Rgb to, double share);
/// Lightness in OKLab, 0 to 1.
double lightness(Rgb colour);

/// The colour of a heat map's cell on a light ground: share 0 (least) to 1 (most), dark = much; where the map is
/// diverging 0.5 is the middle, above it vermilion, below it blue. NaN: no value.
Rgb cell_colour(double share, bool diverging, Theme theme = Theme::Light);

}  // namespace lorascope::figures
