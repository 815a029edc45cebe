#include "core/nn/packed_batch.h"

#include <algorithm>

namespace lorascope::nn {

std::int64_t PackedBatch::longest() const {
  std::int64_t longest = 0;
  for (std::size_t b = 0; b + 1 < boundaries.size(); ++b)
    longest = std::max<std::int64_t>(longest, boundaries[b + 1] - boundaries[b]);
  return longest;
}

void PackedBatch::append(std::span<const std::int32_t> sequence_ids, std::span<const std::int32_t> sequence_types) {
  ids.insert(ids.end(), sequence_ids.begin(), sequence_ids.end());
  if (sequence_types.empty())
    types.resize(ids.size(), 0);
  else
    types.insert(types.end(), sequence_types.begin(), sequence_types.end());
  for (std::size_t position = 0; position < sequence_ids.size(); ++position)
    positions.push_back(static_cast<std::int32_t>(position));
  boundaries.push_back(static_cast<std::int32_t>(ids.size()));
}

}  // namespace lorascope::nn
