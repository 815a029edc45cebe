#include "core/train/sampler.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <numeric>

namespace lorascope::train {

std::vector<std::int64_t> seeded_permutation(std::int64_t n, std::uint64_t seed) {
  const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const at::Tensor order = at::randperm(n, generator, at::kLong);
  const auto* values = order.const_data_ptr<std::int64_t>();
  return {values, values + n};
}

Sampler::Sampler(std::vector<std::int64_t> lengths, const TrainingOptions& options)
    : lengths_(std::move(lengths)),
      batch_size_(options.batch_size),
      seed_(options.seed),
      ordering_(options.ordering) {}

std::vector<std::int64_t> Sampler::order(std::int64_t epoch) const {
  const auto num_rows = static_cast<std::int64_t>(lengths_.size());
  if (ordering_ == Ordering::AsGiven) {
    std::vector<std::int64_t> rows(lengths_.size());
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }
  std::vector<std::int64_t> rows = seeded_permutation(num_rows, seed_ + static_cast<std::uint64_t>(epoch));
  if (ordering_ == Ordering::Shuffled || rows.empty()) return rows;

  const auto length = [this](std::int64_t row) { return lengths_[static_cast<std::size_t>(row)]; };
  const std::int64_t pieces = std::min<std::int64_t>(50, std::max<std::int64_t>(num_rows / (batch_size_ * 4), 1));
  const std::int64_t piece = pieces * batch_size_;
  for (std::int64_t begin = 0; begin < num_rows; begin += piece) {
    const std::int64_t end = std::min(begin + piece, num_rows);
    std::stable_sort(rows.begin() + begin, rows.begin() + end,
                     [&](std::int64_t a, std::int64_t b) { return length(a) > length(b); });
  }
  const auto longest =
      std::max_element(rows.begin(), rows.end(), [&](auto a, auto b) { return length(a) < length(b); });
  std::iter_swap(rows.begin(), longest);
  return rows;
}

std::vector<std::vector<std::int64_t>> Sampler::batches(std::int64_t epoch) const {
  const std::vector<std::int64_t> rows = order(epoch);
  const auto size = static_cast<std::size_t>(batch_size_);
  std::vector<std::vector<std::int64_t>> result;
  result.reserve(rows.size() / size + 1);
  for (std::size_t begin = 0; begin < rows.size(); begin += size) {
    const std::size_t end = std::min(begin + size, rows.size());
    result.emplace_back(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                        rows.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return result;
}

}  // namespace lorascope::train
