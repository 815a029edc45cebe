#include "core/analysis/thin_factors.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

// A build for any x86-64 machine, with the wider instructions taken where the machine has them.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define LORASCOPE_WIDE __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512")))
#else
#define LORASCOPE_WIDE
#endif

namespace lorascope::analysis {
namespace {

constexpr int kMaxSweeps = 60;

/// Eight running sums, so that the sum vectorises without giving up the order of its additions to the compiler.
using Lanes = double __attribute__((vector_size(64), aligned(8)));

LORASCOPE_WIDE double dot(const double* left, const double* right, std::int64_t length) {
  Lanes first = {};
  Lanes second = {};
  std::int64_t i = 0;
  for (; i + 16 <= length; i += 16) {
    first += *reinterpret_cast<const Lanes*>(left + i) * *reinterpret_cast<const Lanes*>(right + i);
    second += *reinterpret_cast<const Lanes*>(left + i + 8) * *reinterpret_cast<const Lanes*>(right + i + 8);
  }
  first += second;
  double sum = 0;
  for (int lane = 0; lane < 8; ++lane) sum += first[lane];
  for (; i < length; ++i) sum += left[i] * right[i];
  return sum;
}

/// target -= factor · source.
LORASCOPE_WIDE void subtract(double* target, const double* source, double factor, std::int64_t length) {
  std::int64_t i = 0;
  for (; i + 8 <= length; i += 8) {
    *reinterpret_cast<Lanes*>(target + i) -= factor * *reinterpret_cast<const Lanes*>(source + i);
  }
  for (; i < length; ++i) target[i] -= factor * source[i];
}

/// Turns two vectors in their plane so that they become orthogonal; false where they are already.
bool rotate(double* left, double* right, std::int64_t size) {
  double alpha = 0;
  double beta = 0;
  double gamma = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    alpha += left[i] * left[i];
    beta += right[i] * right[i];
    gamma += left[i] * right[i];
  }
  if (std::abs(gamma) <= std::numeric_limits<double>::epsilon() * std::sqrt(alpha * beta)) return false;
  const double zeta = (beta - alpha) / (2 * gamma);
  const double tangent = std::copysign(1 / (std::abs(zeta) + std::hypot(1, zeta)), zeta);
  const double cosine = 1 / std::hypot(1, tangent);
  const double sine = cosine * tangent;
  for (std::int64_t i = 0; i < size; ++i) {
    const double before = left[i];
    left[i] = cosine * before - sine * right[i];
    right[i] = sine * before + cosine * right[i];
  }
  return true;
}

}  // namespace

std::vector<double> triangular_factor(double* columns, std::int64_t count, std::int64_t length) {
  std::vector<double> factor(static_cast<std::size_t>(count * count), 0.0);
  for (std::int64_t j = 0; j < count; ++j) {
    double* pivot = columns + j * length;
    const double square = dot(pivot, pivot, length);
    const double norm = std::sqrt(square);
    factor[static_cast<std::size_t>(j * count + j)] = norm;
    if (norm == 0) continue;
    for (std::int64_t k = j + 1; k < count; ++k) {
      double* other = columns + k * length;
      const double projection = dot(pivot, other, length) / norm;
      factor[static_cast<std::size_t>(j * count + k)] = projection;
      subtract(other, pivot, projection / norm, length);
    }
  }
  return factor;
}

std::vector<double> jacobi_singular_values(std::vector<double> matrix, std::int64_t size) {
  bool is_rotated = true;
  for (int sweep = 0; sweep < kMaxSweeps && is_rotated; ++sweep) {
    is_rotated = false;
    for (std::int64_t i = 0; i < size; ++i) {
      for (std::int64_t j = i + 1; j < size; ++j) {
        is_rotated =
            rotate(&matrix[static_cast<std::size_t>(i * size)], &matrix[static_cast<std::size_t>(j * size)], size) ||
            is_rotated;
      }
    }
  }
  std::vector<double> values;
  for (std::int64_t i = 0; i < size; ++i) {
    const double* row = matrix.data() + i * size;
    values.push_back(std::sqrt(dot(row, row, size)));
  }
  std::sort(values.begin(), values.end(), std::greater<>());
  return values;
}

}  // namespace lorascope::analysis
