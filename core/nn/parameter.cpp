#include "core/nn/parameter.h"

#include <ATen/ATen.h>

#include <cstdlib>
#include <memory>
#include <new>

namespace lorascope::nn {

at::Tensor zeros_on_demand(const at::Tensor& tensor) {
  if (!tensor.is_cpu()) return at::zeros_like(tensor, at::MemoryFormat::Contiguous);
  // Large blocks of calloc come fresh from the kernel; at::zeros would write to all of them.
  constexpr std::size_t kAlignment = 64;
  const std::size_t bytes = static_cast<std::size_t>(tensor.numel()) * sizeof(float);
  void* memory = std::calloc(bytes + kAlignment, 1);
  if (!memory) throw std::bad_alloc();
  void* aligned = memory;
  std::size_t space = bytes + kAlignment;
  std::align(kAlignment, bytes, aligned, space);
  return at::from_blob(
      aligned, tensor.sizes(), [memory](void*) { std::free(memory); }, at::kFloat);
}

}  // namespace lorascope::nn
