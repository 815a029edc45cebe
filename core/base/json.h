#pragma once

#include <nlohmann/json.hpp>

namespace lorascope {

/// Keys sorted: the canonical form that hashes are taken of.
using Json = nlohmann::json;
/// Keys in the order they were written.
using OrderedJson = nlohmann::ordered_json;

}  // namespace lorascope
