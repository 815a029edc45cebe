#include "app/lorascope/inspect/hidden_summary.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>

namespace lorascope::app::inspect {
namespace {

/// The two leading principal components' coordinates of rows [n,H], centred; by the smaller of both Gram matrices.
at::Tensor leading_coordinates(const at::Tensor& rows, double shares[2]) {
  const at::Tensor centred = rows - rows.mean(0, true);
  const bool by_rows = centred.size(0) <= centred.size(1);
  const at::Tensor gram = by_rows ? at::mm(centred, centred.t()) : at::mm(centred.t(), centred);
  const auto [values, vectors] = at::linalg_eigh(gram);
  const std::int64_t kept = std::min<std::int64_t>(2, values.size(0));
  const at::Tensor largest = values.narrow(0, values.size(0) - kept, kept).flip(0).clamp_min(0);
  const at::Tensor leading = vectors.narrow(1, values.size(0) - kept, kept).flip(1);
  at::Tensor points = by_rows ? leading * largest.sqrt() : at::mm(centred, leading);
  const double total = values.clamp_min(0).sum().item<double>();
  for (std::int64_t k = 0; k < kept; ++k) shares[k] = total > 0 ? largest[k].item<double>() / total : 0;
  const at::Tensor at = points.abs().argmax(0);
  for (std::int64_t k = 0; k < kept; ++k)
    if (points[at[k].item<std::int64_t>()][k].item<double>() < 0) points.select(1, k).neg_();
  return kept == 2 ? points : at::cat({points, at::zeros_like(points)}, 1);
}

}  // namespace

at::Tensor pooled(const at::Tensor& states, const InspectRow& row, std::int64_t first) {
  std::vector<std::int64_t> places;
  for (std::size_t i = 0; i < row.tokens.size(); ++i)
    if (row.tokens[i].sequence >= 0) places.push_back(first + static_cast<std::int64_t>(i));
  if (places.empty()) return states.narrow(0, first, static_cast<std::int64_t>(row.tokens.size())).mean(0);
  return states.index_select(0, at::tensor(places, at::kLong)).mean(0);
}

StateDistance state_distance(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.to(at::kDouble), y = b.to(at::kDouble);
  const double norms = x.norm().item<double>() * y.norm().item<double>();
  const double cosine = norms > 0 ? x.dot(y).item<double>() / norms : 1;
  return {(x - y).norm().item<double>(), std::max(0.0, 1 - cosine)};
}

Trajectories trajectories(const std::vector<std::vector<at::Tensor>>& models) {
  std::vector<at::Tensor> all;
  for (const auto& layers : models) all.insert(all.end(), layers.begin(), layers.end());
  Trajectories result;
  const at::Tensor points = leading_coordinates(at::cat(all, 0).to(at::kDouble), result.shares);
  std::int64_t first = 0;
  for (const auto& layers : models) {
    const auto depth = static_cast<std::int64_t>(layers.size());
    const std::int64_t tokens = layers.front().size(0);
    result.points.push_back(points.narrow(0, first, depth * tokens).view({depth, tokens, 2}).contiguous());
    first += depth * tokens;
  }
  return result;
}

std::vector<std::pair<std::int64_t, std::int64_t>> aligned_tokens(const InspectRow& first, const InspectRow& second) {
  std::map<std::string, std::vector<std::int64_t>> places;
  for (std::size_t j = 0; j < second.tokens.size(); ++j)
    places[second.tokens[j].text].push_back(static_cast<std::int64_t>(j));
  std::map<std::string, std::size_t> used;
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  for (std::size_t i = 0; i < first.tokens.size(); ++i) {
    const std::string& text = first.tokens[i].text;
    const auto found = places.find(text);
    if (found == places.end() || used[text] >= found->second.size()) continue;
    pairs.emplace_back(static_cast<std::int64_t>(i), found->second[used[text]++]);
  }
  return pairs;
}

}  // namespace lorascope::app::inspect
