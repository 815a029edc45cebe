#pragma once

#include <cstdint>
#include <vector>

#include "core/train/training_options.h"

namespace lorascope::train {

/// torch.randperm(n, generator=torch.Generator().manual_seed(seed)) on the CPU, value by value (finding 1).
std::vector<std::int64_t> seeded_permutation(std::int64_t n, std::uint64_t seed);

/// Puts the rows of each epoch into micro-batches. A pure function of seed and epoch: nothing has to be stored to
/// go on in the middle of an epoch.
class Sampler {
 public:
  /// lengths: tokens of each row (used by Ordering::Grouped only, but its size is the number of rows).
  Sampler(std::vector<std::int64_t> lengths, const TrainingOptions& options);

  /// The order of the rows in an epoch (from 0): a permutation seeded seed + epoch. Grouped: that permutation cut into
  /// pieces of up to 50 batches, each sorted by falling length, the longest row of all first (so that a batch that
  /// does not fit into memory fails at once). AsGiven: 0, 1, 2, …
  std::vector<std::int64_t> order(std::int64_t epoch) const;

  /// Consecutive slices of order(epoch); the last one may be smaller.
  std::vector<std::vector<std::int64_t>> batches(std::int64_t epoch) const;

 private:
  std::vector<std::int64_t> lengths_;
  std::int64_t batch_size_;
  std::uint64_t seed_;
  Ordering ordering_;
};

}  // namespace lorascope::train
