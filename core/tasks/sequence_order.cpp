#include "core/tasks/sequence_order.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace lorascope::tasks {

void append_sequence(const nn::PackedBatch& from, std::int64_t sequence, nn::PackedBatch& to) {
  const auto begin = from.boundaries[sequence], end = from.boundaries[sequence + 1];
  to.ids.insert(to.ids.end(), from.ids.begin() + begin, from.ids.begin() + end);
  to.types.insert(to.types.end(), from.types.begin() + begin, from.types.begin() + end);
  to.positions.insert(to.positions.end(), from.positions.begin() + begin, from.positions.begin() + end);
  to.boundaries.push_back(static_cast<std::int32_t>(to.ids.size()));
  if (!from.real_lengths.empty()) to.real_lengths.push_back(from.real_lengths[sequence]);
}

AdapterOrder by_adapter(const Batch& batch) {
  AdapterOrder order;
  std::vector<std::size_t> sequences(static_cast<std::size_t>(batch.tokens.num_sequences()));
  std::iota(sequences.begin(), sequences.end(), std::size_t{0});
  const bool is_known = batch.adapters.size() == sequences.size();
  if (is_known)
    std::stable_sort(sequences.begin(), sequences.end(),
                     [&](std::size_t a, std::size_t b) { return batch.adapters[a] < batch.adapters[b]; });
  std::vector<std::int64_t> places(static_cast<std::size_t>(batch.tokens.num_tokens()));
  std::int64_t place = 0;
  for (const std::size_t sequence : sequences) {
    const auto number = static_cast<std::int64_t>(sequence);
    append_sequence(batch.tokens, number, order.sorted.tokens);
    if (is_known) order.sorted.adapters.push_back(batch.adapters[sequence]);
    for (std::int64_t t = batch.tokens.boundaries[number]; t < batch.tokens.boundaries[number + 1]; ++t)
      places[static_cast<std::size_t>(t)] = place++;
  }
  order.places = at::tensor(places, at::kLong);
  return order;
}

std::vector<OwnerRows> rows_by_adapter(const Batch& batch) {
  std::map<std::int64_t, std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>>> rows;
  for (std::int64_t b = 0; b < batch.tokens.num_sequences(); ++b) {
    auto& [sequences, tokens] = rows[batch.adapters[static_cast<std::size_t>(b)]];
    sequences.push_back(b);
    for (std::int64_t t = batch.tokens.boundaries[b]; t < batch.tokens.boundaries[b + 1]; ++t) tokens.push_back(t);
  }
  std::vector<OwnerRows> result;
  for (const auto& [adapter, of] : rows)
    result.push_back({adapter, at::tensor(of.first, at::kLong), at::tensor(of.second, at::kLong)});
  return result;
}

}  // namespace lorascope::tasks
