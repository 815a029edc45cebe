#pragma once

#include <string>

namespace lorascope::figures {

/// "Layer 5 value" as part of a file name: "layer-5-value"; only a-z, 0-9, "-" and ".". `otherwise` where nothing of
/// the text is left.
std::string file_stem(const std::string& text, const std::string& otherwise = "figure");

}  // namespace lorascope::figures
