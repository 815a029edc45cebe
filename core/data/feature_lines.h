#pragma once

#include <span>
#include <string>

#include "core/data/feature.h"

namespace lorascope::data {

/// The features of a tagging file as canonical JSON lines: keys example, input_ids, token_type_ids, word_ids, labels;
/// no spaces; "\n" after every line.
std::string token_feature_lines(std::span<const Feature> features);

}  // namespace lorascope::data
