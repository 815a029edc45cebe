#pragma once

#include <string_view>

namespace lorascope::app::queue {

/// experiments/miniature/three-tasks.toml as it was when the program was built.
std::string_view built_in_study();

}  // namespace lorascope::app::queue
