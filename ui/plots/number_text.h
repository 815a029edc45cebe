#pragma once

#include <QString>

namespace lorascope::ui {

/// A value for people with up to `digits` significant digits, thousands separated, a real minus sign: "1,420",
/// "0.0412", "3.1·10⁻⁵"; "–" for NaN, "∞" for infinity. Numbers on axes come from core/figures/ticks.h.
QString valueText(double value, int digits = 5);

}  // namespace lorascope::ui
