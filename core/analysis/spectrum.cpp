#include "core/analysis/spectrum.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "core/analysis/thin_factors.h"

namespace lorascope::analysis {
namespace {

constexpr std::int64_t kLargestJacobi = 48;  // above it LAPACK is faster

at::Tensor as_double(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU, at::kDouble);
}

/// R [count,count] of a matrix given by its transpose [count,length], as a tensor.
std::vector<double> factor_of_rows(const at::Tensor& transposed) {
  at::Tensor columns = at::empty(transposed.sizes(), at::kDouble);
  columns.copy_(transposed.detach());
  return triangular_factor(columns.data_ptr<double>(), columns.size(0), columns.size(1));
}

/// scaling · left · rightᵀ for two upper triangular [size,size] matrices.
std::vector<double> core_of(const std::vector<double>& left, const std::vector<double>& right, std::int64_t size,
                            double scaling) {
  std::vector<double> core(left.size(), 0.0);
  for (std::int64_t i = 0; i < size; ++i) {
    for (std::int64_t j = 0; j < size; ++j) {
      double sum = 0;
      for (std::int64_t k = std::max(i, j); k < size; ++k) {
        sum += left[static_cast<std::size_t>(i * size + k)] * right[static_cast<std::size_t>(j * size + k)];
      }
      core[static_cast<std::size_t>(i * size + j)] = scaling * sum;
    }
  }
  return core;
}

std::vector<double> to_vector(const at::Tensor& values) {
  const at::Tensor plain = values.contiguous();
  return {plain.const_data_ptr<double>(), plain.const_data_ptr<double>() + plain.numel()};
}

}  // namespace

Spectrum summarise(std::vector<double> singular_values) {
  Spectrum spectrum;
  std::sort(singular_values.begin(), singular_values.end(), std::greater<>());
  double sum = 0;
  double energy = 0;
  for (const double value : singular_values) {
    sum += value;
    energy += value * value;
  }
  spectrum.singular_values = std::move(singular_values);
  if (!(energy > 0)) return spectrum;
  const std::vector<double>& values = spectrum.singular_values;
  double entropy = 0;
  double reached = 0;
  for (const double value : values) {
    const double share = value / sum;
    if (share > 0) entropy -= share * std::log(share);
    if (reached < 0.9 * energy) ++spectrum.energy_rank_90;
    reached += value * value;
  }
  spectrum.stable_rank = energy / (values.front() * values.front());
  spectrum.effective_rank = std::exp(entropy);
  spectrum.frobenius_norm = std::sqrt(energy);
  return spectrum;
}

Spectrum low_rank_spectrum(const at::Tensor& b, const at::Tensor& a, double scaling) {
  const at::NoGradGuard no_gradient;
  const std::int64_t rank = a.size(0);
  std::vector<double> core = core_of(factor_of_rows(b.t()), factor_of_rows(a), rank, scaling);
  const bool is_finite = std::all_of(core.begin(), core.end(), [](double value) { return std::isfinite(value); });
  if (!is_finite) return summarise(std::vector<double>(core.size() / static_cast<std::size_t>(rank), std::nan("")));
  std::vector<double> values =
      rank <= kLargestJacobi ? jacobi_singular_values(std::move(core), rank)
                             : to_vector(at::linalg_svdvals(at::from_blob(core.data(), {rank, rank}, at::kDouble)));
  // A rank above the matrix's own sizes adds values that are zero but for rounding.
  values.resize(static_cast<std::size_t>(std::min({rank, b.size(0), a.size(1)})));
  return summarise(std::move(values));
}

Spectrum change_spectrum(const at::Tensor& after, const at::Tensor& before) {
  const at::NoGradGuard no_gradient;
  const at::Tensor change = as_double(after) - as_double(before);
  const bool is_wide = change.size(0) <= change.size(1);
  const at::Tensor gram = is_wide ? at::matmul(change, change.t()) : at::matmul(change.t(), change);
  return summarise(to_vector(at::linalg_eigvalsh(gram).clamp_min(0).sqrt()));
}

}  // namespace lorascope::analysis
