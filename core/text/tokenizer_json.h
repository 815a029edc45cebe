#pragma once

#include <filesystem>

#include "core/text/problem_list.h"
#include "core/text/tokenizer_parts.h"

namespace lorascope::text {

/// Ids above this are taken for damage.
constexpr std::int32_t kIdLimit = 1 << 21;

/// Fills vocabulary, rules, templates and added tokens from a tokenizer.json. Adds every problem; the parts are only
/// usable when none was added. Throws CheckpointError where the file is no JSON object.
void read_tokenizer_json(const std::filesystem::path& file, TokenizerParts& parts, ProblemList& problems);

}  // namespace lorascope::text
