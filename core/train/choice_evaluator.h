#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/train/evaluator.h"

namespace lorascope::train {

/// Multiple choice (SWAG): accuracy of the first largest logit. Loss and accuracy over the rows whose label is known;
/// neither where no row has one.
class ChoiceEvaluator final : public Evaluator {
 public:
  /// All choices of a row follow each other. The features must outlive the evaluator.
  ChoiceEvaluator(std::span<const data::Feature> features, EvaluationOptions options);

  const std::string& split() const override { return options_.split; }
  std::optional<Evaluation> evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const override;

 private:
  std::span<const data::Feature> features_;
  EvaluationOptions options_;
};

}  // namespace lorascope::train
