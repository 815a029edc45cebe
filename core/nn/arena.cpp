#include "core/nn/arena.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace lorascope::nn {
namespace {

constexpr std::int64_t kAlignment = 16;           // floats
constexpr std::int64_t kSmallestBlock = 1 << 21;  // 8 MiB

}  // namespace

float* Arena::take(std::int64_t count) {
  count = (std::max<std::int64_t>(count, 1) + kAlignment - 1) / kAlignment * kAlignment;
  while (current_ < blocks_.size() && blocks_[current_].used + count > blocks_[current_].size) ++current_;
  if (current_ == blocks_.size()) {
    const std::int64_t size = std::max(count, kSmallestBlock);
    blocks_.push_back({at::empty({size}, at::kFloat), size, 0});
  }
  Block& block = blocks_[current_];
  float* taken = block.storage.data_ptr<float>() + block.used;
  block.used += count;
  return taken;
}

at::Tensor Arena::matrix(std::int64_t rows, std::int64_t columns) {
  return at::from_blob(take(rows * columns), {rows, columns}, at::kFloat);
}

Arena::Mark Arena::mark() const {
  return {current_, current_ < blocks_.size() ? blocks_[current_].used : 0};
}

void Arena::rewind(const Mark& mark) {
  for (std::size_t block = mark.block; block < blocks_.size(); ++block)
    blocks_[block].used = block == mark.block ? mark.used : 0;
  current_ = mark.block;
}

void Arena::reset() {
  // Several blocks become one, so that the next step of this size finds a single run of memory.
  if (blocks_.size() > 1) {
    std::int64_t total = 0;
    for (const Block& block : blocks_) total += block.size;
    blocks_.clear();
    blocks_.push_back({at::empty({total}, at::kFloat), total, 0});
  }
  for (Block& block : blocks_) block.used = 0;
  current_ = 0;
}

}  // namespace lorascope::nn
