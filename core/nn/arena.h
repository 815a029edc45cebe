#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace lorascope::nn {

/// Float buffers that live until reset() and are then handed out again, so that a training step of a known size
/// allocates nothing.
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
  struct Block {
    at::Tensor storage;
    std::int64_t size = 0, used = 0;
  };
  std::vector<Block> blocks_;
  std::size_t current_ = 0;
};

}  // namespace lorascope::nn
