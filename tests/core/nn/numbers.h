#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/nn/kernels/kernels.h"
#include "tests/support/catch.h"

namespace lorascope::nn::test {

/// Standard normal values; the same for the same seed.
inline std::vector<float> normal_values(std::size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(generator);
  return values;
}

/// Largest difference over the largest expected value.
template <typename Expected>
double deviation(const std::vector<float>& found, const std::vector<Expected>& expected) {
  REQUIRE(found.size() == expected.size());
  double difference = 0, scale = 1e-6;
  for (std::size_t i = 0; i < found.size(); ++i) {
    difference = std::max(difference, std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i])));
    scale = std::max(scale, std::abs(static_cast<double>(expected[i])));
  }
  return difference / scale;
}

/// Single precision against the same formula in double: rounding, and the polynomials' 2e-7.
constexpr double kKernelTolerance = 2e-6;

}  // namespace lorascope::nn::test
