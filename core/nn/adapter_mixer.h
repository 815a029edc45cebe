#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace lorascope::nn {

struct Dense;
struct LowRank;

/// Dropout of this pass on an adapter's input.
using AdapterDropout = std::function<at::Tensor(const at::Tensor& input, const LowRank& adapter)>;

/// Weighs the adapters of each dense module in one pass on padded rows; without one they are summed.
class AdapterMixer {
 public:
  virtual ~AdapterMixer() = default;

  /// y [B,S,out] = W x + b with the adapters' outputs added as the mixture weighs them; x [B,S,in]. Called in the order
  /// in which the encoder computes its modules, for those that have adapters.
  virtual at::Tensor mix(const Dense& dense, const at::Tensor& x, const at::Tensor& y, const AdapterDropout& drop) = 0;
};

}  // namespace lorascope::nn
