#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace lorascope::analysis {

// Hidden states of the same N tokens in two models or layers, [N,H] and [N,H'] of any floating type, CPU; all
// arithmetic is float64.

/// Linear CKA ([CKA] §3): ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), columns centred. Of independent noise it is far above 0 unless N is
/// much larger than H: see noise_cka().
double plain_cka(const at::Tensor& x, const at::Tensor& y);

/// The same with the three products replaced by unbiased estimates ([Nguyen] §3, [Song]), computed from the features
/// without an N×N matrix. Near 0 for independent states, and may be a little below. NaN for constant states or N < 4.
double debiased_cka(const at::Tensor& x, const at::Tensor& y);

/// What plain_cka() of two independent Gaussian samples comes to: √(H H' / ((N+H+1)(N+H'+1))).
double noise_cka(std::int64_t tokens, std::int64_t width, std::int64_t other_width);

struct CkaMap {
  std::vector<std::vector<double>> values;  ///< debiased, [layer of the first][layer of the second]
  std::int64_t tokens = 0, width = 0;       ///< N and the larger H
  double floor = 0;        ///< the largest |debiased CKA| of 20 draws in which the tokens of one side are permuted
  double plain_floor = 0;  ///< noise_cka: what the estimator without debiasing would show of noise
  bool is_short = false;   ///< N < 5 H: read no small differences out of it
};

/// Every layer of one model against every layer of another, [N,H] each. Throws DataError where N is not above H: the
/// comparison would say nothing.
CkaMap cka_map(const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second, std::uint64_t seed = 42);

/// Spearman's ρ of the two Euclidean token-distance matrices ([RSA]). Of N above `most_tokens` every (N/most)-th token
/// is taken: memory grows with the square.
double representational_similarity(const at::Tensor& x, const at::Tensor& y, std::int64_t most_tokens = 1000);

/// ‖x_i - y_i‖ of each row. [N]
std::vector<double> row_distances(const at::Tensor& x, const at::Tensor& y);
/// Cosine of each pair of rows, 0 where one vanishes. [N]
std::vector<double> row_cosines(const at::Tensor& x, const at::Tensor& y);

/// Mean and the 5 % and 95 % quantiles over tokens.
struct Spread {
  double mean = 0, low = 0, high = 0;
};
Spread spread_of(std::vector<double> values);

}  // namespace lorascope::analysis
