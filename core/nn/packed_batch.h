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
  /// [B] where padding is computed too (with_padding): how many tokens of each sequence, from its first, are real. The
  /// others stand behind them, whatever their column, and nothing attends to them. Empty: all are real.
  std::vector<std::int32_t> real_lengths;

  std::int64_t num_tokens() const { return static_cast<std::int64_t>(ids.size()); }
  std::int64_t num_sequences() const { return static_cast<std::int64_t>(boundaries.size()) - 1; }
  std::int64_t longest() const;
  std::int64_t length(std::int64_t sequence) const { return boundaries[sequence + 1] - boundaries[sequence]; }
  /// Tokens of a sequence that are no padding.
  std::int64_t real_length(std::int64_t sequence) const {
    return real_lengths.empty() ? length(sequence) : real_lengths[sequence];
  }
  /// Columns of the padded rows: S.
  std::int64_t num_columns() const;

  /// Appends one sequence at positions 0, 1, 2, …; empty `types` means zeros.
  void append(std::span<const std::int32_t> sequence_ids, std::span<const std::int32_t> sequence_types);

  /// Sequences `first` up to `last`.
  PackedBatch part(std::int64_t first, std::int64_t last) const;
};

/// The same with every row filled up to S columns with the padding token, so that padding is computed as the originals
/// compute it.
PackedBatch with_padding(const PackedBatch& batch, std::int64_t pad_token_id);

}  // namespace lorascope::nn
