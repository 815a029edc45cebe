#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/data/squad.h"
#include "core/metrics/span_answers.h"
#include "core/train/evaluator.h"

namespace lorascope::train {

/// Span questions (SQuAD): the n-best answers of every question over all its windows, exact match and F1 x 100 as the
/// official programs count. The loss, over windows, is there where the features have positions.
class SpanEvaluator final : public Evaluator {
 public:
  /// Features with offsets, each with the number of its question in `example`, the windows of a question in a row. Both
  /// must outlive the evaluator. `answers.null_answers` also scores as version 2 does. A question without a window is
  /// not answered.
  SpanEvaluator(std::span<const data::SquadQuestion> questions, std::span<const data::Feature> features,
                const metrics::SpanAnswerOptions& answers, EvaluationOptions options);

  const std::string& split() const override { return options_.split; }
  std::optional<Evaluation> evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const override;

 private:
  /// What the model says about one window.
  struct Logits {
    std::vector<float> start, end;  ///< [S]
  };
  void answer(const std::vector<Logits>& logits, Evaluation& evaluation) const;
  void score(Evaluation& evaluation) const;

  std::span<const data::SquadQuestion> questions_;
  std::span<const data::Feature> features_;
  metrics::SpanAnswerOptions answers_;
  EvaluationOptions options_;
  bool has_positions_ = false;
};

}  // namespace lorascope::train
