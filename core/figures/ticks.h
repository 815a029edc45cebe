#pragma once

#include <string>
#include <vector>

#include "core/figures/axis_range.h"

namespace lorascope::figures {

struct Tick {
  double value = 0;
  std::string text;  ///< "0.05", "1,200", "10k", "2M", "10⁻³"; the minus sign is "−"
};

/// At most `max_ticks` (at least 2) ticks inside the range. Linear: steps of 1, 2 or 5 times a power of ten, whole
/// ones when whole_numbers; all of one axis with the same number of decimals, thousands as "k" when all of them are.
/// Log: powers of ten, every n-th when there are many; 1, 2, 5 of each decade when there are few; linear steps inside
/// one decade; none below 1 when whole_numbers.
std::vector<Tick> axis_ticks(Range range, const Axis& axis, int max_ticks);

}  // namespace lorascope::figures
