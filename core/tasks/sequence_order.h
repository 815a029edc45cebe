#pragma once

#include <ATen/core/Tensor.h>

#include "core/tasks/batch.h"

namespace lorascope::tasks {

/// Appends one sequence of `from`, with how much of it is padding.
void append_sequence(const nn::PackedBatch& from, std::int64_t sequence, nn::PackedBatch& to);

/// A batch whose sequences stand together that have one adapter, so that there are few segments.
struct AdapterOrder {
  Batch sorted;       ///< tokens and adapters alone
  at::Tensor places;  ///< [T] int64: where the batch's tokens are in it
};
AdapterOrder by_adapter(const Batch& batch);

/// Which sequences have which own adapter.
struct OwnerRows {
  std::int64_t adapter = -1;  ///< -1: none
  at::Tensor sequences;       ///< [n] int64
  at::Tensor tokens;          ///< [m] int64, of these sequences
};
/// Of each adapter that occurs, in rising order. Batch::adapters must name one a sequence.
std::vector<OwnerRows> rows_by_adapter(const Batch& batch);

}  // namespace lorascope::tasks
