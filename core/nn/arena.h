#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace lorascope::nn {

/// Float buffers that live until reset() and are then handed out again, so that a training step allocates nothing but
/// what is more than any step before needed.
class Arena {
 public:
  /// Uninitialised memory, aligned to 64 bytes.
  float* take(std::int64_t count);
  /// The same as a matrix [rows, columns].
  at::Tensor matrix(std::int64_t rows, std::int64_t columns);
  /// Everything handed out is free again. Memory is kept.
  void reset();

  struct Mark {
    std::size_t block = 0;
    std::int64_t used = 0;
  };
  /// What is taken after mark() is free again after rewind() to it.
  Mark mark() const;
  void rewind(const Mark& mark);

 private:
  /// Whole pages from the kernel, large ones where it has them.
  class Block {
   public:
    explicit Block(std::int64_t size);
    Block(Block&& other) noexcept;
    Block& operator=(Block&& other) = delete;
    ~Block();

    float* begin() const { return begin_; }
    std::int64_t size() const { return size_; }
    std::int64_t used = 0;

   private:
    float* begin_;
    std::int64_t size_;
  };
  std::vector<Block> blocks_;
  std::size_t current_ = 0;
};

}  // namespace lorascope::nn
