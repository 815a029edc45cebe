#pragma once

#include <cstdint>
#include <functional>

namespace lorascope::nn {

/// Splits [0, count) into at most at::get_num_threads() equal ranges of at least `grain` and runs them side by side, in
/// the same threads that libtorch's products use. The split depends on count, grain and the number of threads alone.
/// `work` must not throw.
void parallel_ranges(std::int64_t count, std::int64_t grain,
                     const std::function<void(std::int64_t begin, std::int64_t end, int thread)>& work);

/// How many threads parallel_ranges would use.
int parallel_threads(std::int64_t count, std::int64_t grain);

}  // namespace lorascope::nn
