#include "core/train/row_ranges.h"

#include <algorithm>

namespace lorascope::train {

std::vector<std::size_t> row_begins(tasks::TaskKind kind, std::span<const data::Feature> features) {
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const bool continues = kind == tasks::TaskKind::Choices && i > 0 && features[i].example == features[i - 1].example;
    if (!continues) begins.push_back(i);
  }
  begins.push_back(features.size());
  return begins;
}

std::vector<std::int64_t> row_lengths(std::span<const std::size_t> begins, std::span<const data::Feature> features) {
  std::vector<std::int64_t> lengths;
  for (std::size_t row = 0; row + 1 < begins.size(); ++row) {
    std::size_t longest = 0;
    for (std::size_t i = begins[row]; i < begins[row + 1]; ++i) longest = std::max(longest, features[i].input_ids.size());
    lengths.push_back(static_cast<std::int64_t>(longest));
  }
  return lengths;
}

}  // namespace lorascope::train
