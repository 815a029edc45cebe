#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/data/feature.h"
#include "core/tasks/batch.h"

namespace lorascope::train {

/// First feature of each row, and the end: [rows + 1]. A row is what a sampler orders and a batch counts: one feature,
/// for choices all choices of one example.
std::vector<std::size_t> row_begins(tasks::TaskKind kind, std::span<const data::Feature> features);

/// Tokens of the longest feature of each row: [rows].
std::vector<std::int64_t> row_lengths(std::span<const std::size_t> begins, std::span<const data::Feature> features);

}  // namespace lorascope::train
