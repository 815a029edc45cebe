#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/lorascope/engine/run_data.h"
#include "core/store/rows.h"

namespace lorascope::app::engine {

/// What was evaluated and what the model said about it.
struct Predictions {
  const Split& split;
  const train::Evaluation& evaluation;
  const study::RunSettings& settings;
  const data::LabelSet& labels;
};

/// ".conll", ".json" or ".csv".
std::string predictions_extension(const std::string& task);

/// The task's own file of predictions. wnut17: word TAB gold TAB guess. squad: {id: text}. swag: index, choice, and the
/// four scores with 9 significant digits.
std::string predictions_text(const Predictions& predictions);

/// squad: the n-best answers of every question; and by how much "no answer" scored better than the best answer.
std::string nbest_text(const Predictions& predictions);
std::string null_odds_text(const Predictions& predictions);

/// Every example as store/rows.h describes its content.
std::vector<store::Prediction> prediction_rows(const Predictions& predictions);

/// The `count` examples of the largest loss, the worst first, with the whole example: see store/rows.h.
std::vector<store::Prediction> worst_rows(const Predictions& predictions, std::size_t count);

}  // namespace lorascope::app::engine
