#pragma once

#include <string>

namespace lorascope::figures {

// Numbers as text, with a decimal point in every locale.

/// The shortest text that reads back as exactly this number: "0.1", "1e-05"; "" for NaN, "inf", "-inf".
std::string exact_number(double value);

/// With `digits` after the point and "," between thousands: "22,600,000.0". "—" for NaN.
std::string fixed_number(double value, int digits);

/// At most 4 significant digits: "0.0412", "2,310", "1.2e-7".
std::string short_number(double value);

}  // namespace lorascope::figures
