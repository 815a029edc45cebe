#pragma once

#include <filesystem>

#include "core/files/model_config.h"

namespace lorascope::test {

/// Generated data of all three tasks over the letters that the tiny model knows, under the names that
/// experiments/paper/mixture.toml looks for: words beginning with a to c are persons; the answer is the letter behind
/// the question's; the right ending begins with the letter that the beginning ends with.
void write_tiny_tasks(const std::filesystem::path& folder);

/// A model folder of such a config without any head.
void write_headless_model(const std::filesystem::path& folder, const files::ModelConfig& config);

}  // namespace lorascope::test
