#pragma once

#include <cstdint>

#include "core/nn/arena.h"
#include "core/nn/encoder.h"

namespace lorascope::nn {

/// Sums over rows, one partial sum a thread, added up in the order of the threads.
class ColumnSums {
 public:
  ColumnSums(Arena& arena, int threads, std::int64_t columns);

  float* of_thread(int thread) const { return sums_ + thread * columns_; }
  /// Sets (fresh) or adds to the gradient of `weight`, which has as many values as there are columns from `first` on;
  /// nothing where it is frozen.
  void put(const Weight& weight, bool fresh, std::int64_t first = 0);

 private:
  void reduce();

  std::int64_t columns_;
  int threads_;
  bool is_reduced_ = false;
  float* sums_;
};

}  // namespace lorascope::nn
