#pragma once

#include <string_view>

namespace lorascope::files {

/// Whether `left` comes before `right` with numbers compared as numbers: "layer.2" before "layer.10".
bool natural_less(std::string_view left, std::string_view right);

}  // namespace lorascope::files
