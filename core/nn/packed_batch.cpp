#include "core/nn/packed_batch.h"

#include <algorithm>

namespace lorascope::nn {

std::int64_t PackedBatch::longest() const {
  std::int64_t longest = 0;
  for (std::size_t b = 0; b + 1 < boundaries.size(); ++b)
    longest = std::max<std::int64_t>(longest, boundaries[b + 1] - boundaries[b]);
  return longest;
}

std::int64_t PackedBatch::num_columns() const {
  std::int64_t columns = 0;
  for (const std::int32_t position : positions) columns = std::max<std::int64_t>(columns, position + 1);
  return columns;
}

PackedBatch PackedBatch::part(std::int64_t first, std::int64_t last) const {
  PackedBatch part;
  const auto begin = boundaries[first], end = boundaries[last];
  const auto copy = [&](const std::vector<std::int32_t>& from, std::vector<std::int32_t>& to) {
    to.assign(from.begin() + begin, from.begin() + end);
  };
  copy(ids, part.ids);
  copy(types, part.types);
  copy(positions, part.positions);
  for (std::int64_t b = first; b < last; ++b) part.boundaries.push_back(boundaries[b + 1] - begin);
  if (!real_lengths.empty()) part.real_lengths.assign(real_lengths.begin() + first, real_lengths.begin() + last);
  return part;
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

PackedBatch with_padding(const PackedBatch& batch, std::int64_t pad_token_id) {
  const std::int64_t columns = batch.num_columns();
  PackedBatch padded;
  std::vector<bool> is_filled(columns);
  for (std::int64_t b = 0; b < batch.num_sequences(); ++b) {
    is_filled.assign(columns, false);
    for (std::int32_t t = batch.boundaries[b]; t < batch.boundaries[b + 1]; ++t) {
      padded.ids.push_back(batch.ids[t]);
      padded.types.push_back(batch.types[t]);
      padded.positions.push_back(batch.positions[t]);
      is_filled[batch.positions[t]] = true;
    }
    for (std::int64_t column = 0; column < columns; ++column) {
      if (is_filled[column]) continue;
      padded.ids.push_back(static_cast<std::int32_t>(pad_token_id));
      padded.types.push_back(0);
      padded.positions.push_back(static_cast<std::int32_t>(column));
    }
    padded.real_lengths.push_back(static_cast<std::int32_t>(batch.real_length(b)));
    padded.boundaries.push_back(static_cast<std::int32_t>(padded.ids.size()));
  }
  return padded;
}

}  // namespace lorascope::nn
