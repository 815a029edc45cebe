#pragma once

#include <string>
#include <string_view>

namespace lorascope {

/// A field as CSV holds it (RFC 4180): in quotes where it has a comma, a quote or a line end.
std::string csv_field(std::string_view text);

}  // namespace lorascope
