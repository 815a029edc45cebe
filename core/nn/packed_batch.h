#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lorascope::nn {

/// The token inputs of B sequences laid end to end without padding; T is the sum of their lengths. Plain memory, so
/// that a batch can be made on any thread.
struct PackedBatch {
  std::vector<std::int32_t> ids;            ///< [T]
  std::vector<std::int32_t> types;          ///< [T] segment ids
  std::vector<std::int32_t> positions;      ///< [T] column in the padded row; 0, 1, 2, … unless padded on the left
  std::vector<std::int32_t> boundaries{0};  ///< [B+1] sequence b holds tokens boundaries[b] up to boundaries[b+1]

  std::int64_t num_tokens() const { return static_cast<std::int64_t>(ids.size()); }
  std::int64_t num_sequences() const { return static_cast<std::int64_t>(boundaries.size()) - 1; }
  std::int64_t longest() const;

  /// Appends one sequence at positions 0, 1, 2, …; empty `types` means zeros.
  void append(std::span<const std::int32_t> sequence_ids, std::span<const std::int32_t> sequence_types);
};

}  // namespace lorascope::nn
