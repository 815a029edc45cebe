#include "core/nn/initialise.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace lorascope::nn {
namespace {

/// SplitMix64 (Steele, Lea and Flood, 2014).
class RandomNumbers {
 public:
  RandomNumbers(std::uint64_t seed, std::string_view name) : state_(seed) {
    for (const char letter : name) state_ = next() ^ static_cast<unsigned char>(letter);
  }

  /// In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15ULL;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31);
  }

  std::uint64_t state_;
};

template <typename Draw>
at::Tensor fill(at::IntArrayRef shape, Draw draw) {
  at::Tensor made = at::empty(shape, at::kFloat);
  float* values = made.data_ptr<float>();
  for (std::int64_t i = 0; i < made.numel(); ++i) values[i] = static_cast<float>(draw());
  return made;
}

}  // namespace

at::Tensor draw_uniform(at::IntArrayRef shape, double bound, std::uint64_t seed, std::string_view name) {
  RandomNumbers numbers(seed, name);
  return fill(shape, [&] { return (2.0 * numbers.uniform() - 1.0) * bound; });
}

at::Tensor draw_normal(at::IntArrayRef shape, double deviation, std::uint64_t seed, std::string_view name) {
  RandomNumbers numbers(seed, name);
  return fill(shape, [&] { return numbers.normal() * deviation; });
}

}  // namespace lorascope::nn
