#include "core/nn/arena.h"

#include <ATen/ATen.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

namespace lorascope::nn {
namespace {

constexpr std::int64_t kAlignment = 16;            // floats
constexpr std::int64_t kSmallestBlock = 16 << 20;  // floats: 64 MiB of addresses, memory only where it is written to

}  // namespace

Arena::Block::Block(std::int64_t size) : size_(size) {
  const std::size_t bytes = static_cast<std::size_t>(size) * sizeof(float);
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  begin_ = static_cast<float*>(memory);
}

Arena::Block::Block(Block&& other) noexcept
    : used(other.used), begin_(std::exchange(other.begin_, nullptr)), size_(other.size_) {}

Arena::Block::~Block() {
  if (begin_) munmap(begin_, static_cast<std::size_t>(size_) * sizeof(float));
}

float* Arena::take(std::int64_t count) {
  count = (std::max<std::int64_t>(count, 1) + kAlignment - 1) / kAlignment * kAlignment;
  while (current_ < blocks_.size() && blocks_[current_].used + count > blocks_[current_].size()) ++current_;
  if (current_ == blocks_.size()) blocks_.emplace_back(std::max(count, kSmallestBlock));
  Block& block = blocks_[current_];
  float* taken = block.begin() + block.used;
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
  rewind({});
}

}  // namespace lorascope::nn
