#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace lorascope::adapters {

/// What scalings [T,L,N] of real tokens come to; padding is never among them.
struct ScalingStatistics {
  std::int64_t tokens = 0;
  at::Tensor mean;             ///< [L,N] over tokens, float64
  std::vector<double> shares;  ///< [N] mean over tokens and modules
  std::vector<double> firsts;  ///< [N] how often an adapter has the largest scaling of a token and module
  double entropy = 0;          ///< of a token's scalings in a module, in nats, mean over both; 0 ≤ it ≤ ln N
};

ScalingStatistics scaling_statistics(const at::Tensor& scalings);

}  // namespace lorascope::adapters
