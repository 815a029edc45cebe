#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/study/run_settings.h"

namespace lorascope::test {

/// A tagging file of generated words over the letters a to r: those that begin with a, b or c are persons, those with d
/// locations. Sentences of 3 to 9 words.
void write_tiny_conll(const std::filesystem::path& file, int sentences, unsigned seed);

/// A folder with everything a run needs: model/, train.conll, eval.conll; and settings that use them: two epochs of
/// batches of 8, the model's own dropout, one thread.
study::RunSettings write_tiny_run(const std::filesystem::path& folder, int sentences = 60);

/// The bytes of every .safetensors file in a folder, as one SHA-256.
std::string weights_hash(const std::filesystem::path& folder);

}  // namespace lorascope::test
