#pragma once

#include <string_view>

namespace lorascope::data {

/// Patterns of the posts (grammar.h). `shared` are used everywhere, `train` in training only, `held` in dev and test
/// only, `plain` have no entity.
extern const std::string_view kPostRules;

}  // namespace lorascope::data
