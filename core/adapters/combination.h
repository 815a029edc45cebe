#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/adapters/low_rank.h"

namespace lorascope::adapters {

/// How several low-rank updates of one module become one ([PEFT] add_weighted_adapter).
enum class Combination { Cat, Linear, Svd, Ties, MagnitudePrune, DareLinear, DareTies };

/// What is kept of each update, and how.
struct CombinationRule {
  Combination kind = Combination::Cat;
  /// Ties, prune and dare act on ΔW, which is then truncated to a rank; else on A and on B, each for itself.
  bool on_product = false;
  double density = 1;        ///< share of entries kept
  bool count_signs = false;  ///< the elected sign is that of most entries instead of that of their sum
  std::int64_t rank = 0;     ///< of the result, where ΔW is truncated
  std::uint64_t seed = 0;    ///< of the entries that dare keeps
  std::string name;          ///< of the module: dare draws other entries on each

  bool truncates() const { return kind == Combination::Svd || on_product; }
  bool needs_density() const;
  /// Whether all adapters must have one rank.
  bool needs_equal_ranks() const { return kind != Combination::Cat && !truncates(); }
};

/// "cat", "linear", "svd", "ties", "ties_svd", "dare_linear", "dare_linear_svd", "dare_ties", "dare_ties_svd",
/// "magnitude_prune", "magnitude_prune_svd". Throws UsageError.
CombinationRule combination_rule(std::string_view type);
const std::vector<std::string>& combination_types();

/// The combined update, scaling 1, fp32. With weights w_i, scalings s_i and u_i = |w_i s_i|^½:
/// - cat: A' = rows w_i s_i A_i, B' = columns B_i: Σ w_i ΔW_i exactly;
/// - linear: A' = Σ ±u_i A_i, B' = Σ u_i B_i, which has products of different adapters in it;
/// - svd: the best approximation of Σ w_i ΔW_i of the given rank;
/// - ties: the entries of largest magnitude are kept, one sign an entry elected, the mean taken of those that agree;
///   magnitude_prune: the same entries kept, then summed; dare: entries kept at random and divided by the density, then
///   summed (linear) or put through ties ([TIES] §3, [DARE] §3).
/// Floor(density · entries) entries are kept of each tensor. A sum of zero elects plus.
LowRankProduct combine(const std::vector<WeightedProduct>& parts, const CombinationRule& rule);

}  // namespace lorascope::adapters
