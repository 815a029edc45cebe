#pragma once

#include <span>
#include <vector>

namespace lorascope::figures {

/// Places labels of one height beside their lines without overlap: the centres nearest to the wished ones (least
/// squares) that are at least `height` apart and lie inside [low + height / 2, high - height / 2]. Result in the order
/// of `wished`. Needs wished.size() * height <= high - low; otherwise they are spread evenly and do overlap.
std::vector<double> spread_labels(std::span<const double> wished, double height, double low, double high);

}  // namespace lorascope::figures
