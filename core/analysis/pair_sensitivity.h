#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lorascope::analysis {

/// Distances of pooled states of the two sentences of each pair, [layers][pairs].
using PairDistances = std::vector<std::vector<double>>;

/// How far a layer follows meaning rather than form: value = d_M / (d_M + d_S), d_M the mean distance of pairs that
/// keep the form and change the meaning, d_S of pairs that keep the meaning and change the form. 0.5: both alike;
/// towards 1: meaning; towards 0: form. NaN where no pair of either set differs.
struct LayerSensitivity {
  double value = 0;
  double low = 0, high = 0;         ///< 95 % of bootstrap samples of the pairs lie between
  double meaning = 0, form = 0;     ///< d_M and d_S
};

struct BootstrapOptions {
  int samples = 1000;
  std::uint64_t seed = 42;
};

/// One entry a layer. Pairs of each set are drawn with replacement, the same ones for all layers of a sample. Throws
/// DataError for an empty set.
std::vector<LayerSensitivity> pair_sensitivity(const PairDistances& form, const PairDistances& meaning,
                                               const BootstrapOptions& options = {});

/// The layer in which two models differ most, and whether their bands are apart there; nothing where no layer has
/// values of both.
struct LayerDifference {
  std::size_t layer = 0;
  double difference = 0;  ///< second - first
  bool is_clear = false;  ///< the bands do not touch
};
std::optional<LayerDifference> most_different_layer(std::span<const LayerSensitivity> first,
                                                    std::span<const LayerSensitivity> second);

}  // namespace lorascope::analysis
