#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/files/model_folder.h"

namespace lorascope::app::engine {

/// "minilm6", "distilbert", "bert-base", "bert-large".
const std::vector<std::string>& known_shapes();

/// The config of a known size, BERT's but for distilbert. Throws UsageError for another name.
files::ModelConfig shape_config(const std::string& shape, std::int64_t vocab_size);

/// A model of a known size with random weights, N(0, 0.02): for measurements where the real weights are no matter.
/// Throws UsageError for another name.
files::ModelFolder random_model(const std::string& shape, std::int64_t vocab_size, std::uint64_t seed);

}  // namespace lorascope::app::engine
