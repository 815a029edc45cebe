#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace lorascope::adapters {

/// How weights of adapters are searched without gradients ([LoRAHub] §3).
struct WeightSearchOptions {
  int budget = 40;        ///< evaluations of the loss, at least 1
  double bound = 1.5;     ///< every weight stays in [-bound, bound]
  double penalty = 0.05;  ///< of the mean of |w|, added to the loss
  std::uint64_t seed = 42;
};

struct FoundWeights {
  std::vector<double> weights;
  double loss = 0;       ///< without the penalty
  double objective = 0;  ///< with it
};

/// Starts at 0 and keeps what is better, drawing around it with a width that grows on success and shrinks on failure:
/// a (1+1) evolution strategy. Deterministic. Throws UsageError (no weights, no budget).
FoundWeights search_weights(std::size_t count, const WeightSearchOptions& options,
                            const std::function<double(const std::vector<double>&)>& loss);

}  // namespace lorascope::adapters
