#pragma once

#include <string_view>

namespace lorascope::data {

/// The word lists of minimal pairs; entries of more than one form have them between slashes.
extern const std::string_view kPairWords;

}  // namespace lorascope::data
