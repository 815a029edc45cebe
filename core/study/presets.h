#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/study/run_settings.h"

namespace lorascope::study {

/// "paper": the settings of [Emmanuel & Melo], with the most likely value of what it leaves open. "tuned": rates, epochs
/// and selection that suit each method, chosen on the development split.
const std::vector<std::string>& known_presets();

/// Sets what a preset says about the settings' task and method; all else stays. The name must be known.
void apply_preset(std::string_view name, RunSettings& settings);

}  // namespace lorascope::study
