#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "app/lorascope/inspect/inspect_text.h"

namespace lorascope::app::inspect {

/// How far two hidden states are from each other: Euclidean distance and 1 - cosine.
struct StateDistance {
  double distance = 0;
  double cosine_distance = 0;
};

/// Mean of the states [T,H] of the tokens `first` up to `last` that are no special tokens of `row`; of all of them where
/// there are no others. [H].
at::Tensor pooled(const at::Tensor& states, const InspectRow& row, std::int64_t first);

StateDistance state_distance(const at::Tensor& a, const at::Tensor& b);

/// Paths of tokens over the layers as points of one plane: the two leading principal components of all states of all
/// given models, layers and tokens together.
struct Trajectories {
  std::vector<at::Tensor> points;  ///< of each model [L+1,T,2]
  double shares[2] = {0, 0};       ///< of the variance that each component holds
};
/// `models`: of each its hidden states [L+1][T,H]. Signs are such that the largest coordinate of a component is positive.
Trajectories trajectories(const std::vector<std::vector<at::Tensor>>& models);

/// Tokens of two rows that belong together: the k-th occurrence of a token's text in one with the k-th in the other, in
/// the order of the first row.
std::vector<std::pair<std::int64_t, std::int64_t>> aligned_tokens(const InspectRow& first, const InspectRow& second);

}  // namespace lorascope::app::inspect
