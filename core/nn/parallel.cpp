#include "core/nn/parallel.h"

#include <algorithm>

namespace at {
int get_num_threads();
}

namespace lorascope::nn {

int parallel_threads(std::int64_t count, std::int64_t grain) {
  const std::int64_t most = grain > 0 ? (count + grain - 1) / grain : count;
  return static_cast<int>(std::clamp<std::int64_t>(most, 1, at::get_num_threads()));
}

void parallel_ranges(std::int64_t count, std::int64_t grain,
                     const std::function<void(std::int64_t begin, std::int64_t end, int thread)>& work) {
  const int threads = parallel_threads(count, grain);
  const std::int64_t share = (count + threads - 1) / threads;
  if (threads == 1) {
    work(0, count, 0);
    return;
  }
#pragma omp parallel for num_threads(threads) schedule(static, 1)
  for (int thread = 0; thread < threads; ++thread) {
    const std::int64_t begin = thread * share, end = std::min(count, begin + share);
    if (begin < end) work(begin, end, thread);
  }
}

}  // namespace lorascope::nn
