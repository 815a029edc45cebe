#pragma once

#include <filesystem>

#include "core/text/tokenizer_parts.h"

namespace lorascope::text {

/// See Tokenizer::from_folder and Tokenizer::from_vocabulary.
TokenizerParts load_tokenizer_folder(const std::filesystem::path& folder);
TokenizerParts load_vocabulary_file(const std::filesystem::path& file, bool cased);

}  // namespace lorascope::text
