#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/figures/statistics.h"
#include "core/store/rows.h"

namespace lorascope::figures {

/// What each stored prediction adds to its task's main score: entity F1 of tags (lenient), F1 of answers, accuracy of
/// continuations. Predictions of another form give nothing.
std::optional<std::vector<ExampleCounts>> example_counts(std::span<const store::Prediction> predictions,
                                                         std::string_view task);

/// The metric that example_counts() resamples: "f1", "accuracy".
std::string example_metric(std::string_view task);

/// One example with how wrong its prediction is.
struct RankedPrediction {
  std::size_t index = 0;  ///< in the predictions
  double score = 0;       ///< of this example alone, 0 to 1; 1 is right
  double loss = 0;        ///< stored with it, or the number of wrong tokens, which orders equal scores
};

/// The predictions that are not right, the worst first: lowest score, then most wrong words or highest loss.
std::vector<RankedPrediction> worst_predictions(std::span<const store::Prediction> predictions, std::string_view task,
                                                std::size_t most);

}  // namespace lorascope::figures
