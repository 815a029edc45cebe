#include "core/tasks/span_targets.h"

#include <algorithm>

namespace lorascope::tasks {
namespace {

std::int64_t token_at(const nn::PackedBatch& tokens, const SpanTargets::Row& row, std::int64_t column) {
  const auto begin = tokens.positions.begin() + row.first, end = begin + row.classes;
  const auto found = std::find(begin, end, std::max<std::int64_t>(column, 0));
  return found == end ? -1 : found - begin;
}

}  // namespace

SpanTargets span_targets(const Batch& batch, SpanLoss loss) {
  SpanTargets targets;
  if (batch.start_positions.empty()) return targets;
  for (std::int64_t b = 0; b < batch.tokens.num_sequences(); ++b) {
    SpanTargets::Row row;
    row.first = batch.tokens.boundaries[b];
    row.classes = loss == SpanLoss::Padded ? batch.tokens.length(b) : batch.tokens.real_length(b);
    row.start = token_at(batch.tokens, row, batch.start_positions[b]);
    row.end = token_at(batch.tokens, row, batch.end_positions[b]);
    targets.num_starts += row.start >= 0 ? 1 : 0;
    targets.num_ends += row.end >= 0 ? 1 : 0;
    targets.rows.push_back(row);
  }
  return targets;
}

}  // namespace lorascope::tasks
