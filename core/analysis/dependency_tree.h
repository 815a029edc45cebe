#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace lorascope::analysis {

/// Heads of a sentence's words: heads[i] is the word that word i depends on, -1 for the root. One root, no cycle.
using Heads = std::vector<std::int64_t>;

/// Number of edges between every two words, row-major [n,n].
std::vector<double> tree_distances(const Heads& heads);
/// Number of edges from the root to each word.
std::vector<double> tree_depths(const Heads& heads);

using Edge = std::pair<std::int64_t, std::int64_t>;  ///< first < second
/// The minimum spanning tree of the chosen words under row-major distances [n,n], edges sorted; of equal distances the
/// one of earlier words. Fewer than two chosen words give none.
std::vector<Edge> spanning_tree(std::span<const double> distances, const std::vector<bool>& chosen);

}  // namespace lorascope::analysis
