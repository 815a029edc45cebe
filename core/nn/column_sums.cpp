#include "core/nn/column_sums.h"

#include <algorithm>

#include "core/nn/kernels/kernels.h"
#include "core/nn/packed_dense.h"

namespace lorascope::nn {

ColumnSums::ColumnSums(Arena& arena, int threads, std::int64_t columns)
    : columns_(columns), threads_(threads), sums_(arena.take(threads * columns)) {
  std::fill(sums_, sums_ + threads * columns, 0.0F);
}

void ColumnSums::reduce() {
  if (is_reduced_) return;
  for (int thread = 1; thread < threads_; ++thread) kernels().add_to(of_thread(thread), sums_, columns_);
  is_reduced_ = true;
}

void ColumnSums::put(const Weight& weight, bool fresh, std::int64_t first) {
  if (!weight.is_trained()) return;
  reduce();
  put_gradient(weight.gradient, sums_ + first, fresh);
}

}  // namespace lorascope::nn
