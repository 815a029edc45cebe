#include "core/train/choice_evaluator.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/metrics/accuracy.h"
#include "core/train/evaluation_pass.h"
#include "core/train/row_ranges.h"

namespace lorascope::train {

ChoiceEvaluator::ChoiceEvaluator(std::span<const data::Feature> features, EvaluationOptions options)
    : features_(features), options_(std::move(options)) {}

std::optional<Evaluation> ChoiceEvaluator::evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const {
  Evaluation evaluation;
  const std::vector<std::size_t> begins = row_begins(tasks::TaskKind::Choices, features_);
  const std::size_t num_rows = begins.size() - 1;
  evaluation.choice_scores.resize(num_rows);
  std::vector<LossTerms> losses(num_rows);
  const auto take = [&](std::span<const std::size_t> rows, const tasks::Batch&, const tasks::Output& output) {
    const at::Tensor logits = output.logits.to(at::kCPU, at::kFloat).contiguous();
    const auto* values = logits.const_data_ptr<float>();
    const std::int64_t choices = logits.size(1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const float* row = values + static_cast<std::int64_t>(i) * choices;
      evaluation.choice_scores[rows[i]].assign(row, row + choices);
      if (features_[begins[rows[i]]].label >= 0) losses[rows[i]] = {output.losses[i], 1};
    }
  };
  if (!evaluate_rows(model, features_, options_, progress, take, evaluation)) return std::nullopt;
  std::vector<std::int64_t> labels, guesses;
  for (std::size_t row = 0; row < num_rows; ++row) {
    evaluation.example_losses.push_back(losses[row].mean());
    const std::int64_t label = features_[begins[row]].label;
    if (label < 0) continue;
    labels.push_back(label);
    guesses.push_back(static_cast<std::int64_t>(metrics::first_maximum(evaluation.choice_scores[row])));
  }
  if (labels.empty()) return evaluation;
  evaluation.scores["accuracy"] = metrics::accuracy(labels, guesses);
  evaluation.scores["loss"] = loss_of_batches(losses, options_.batch_size);
  return evaluation;
}

}  // namespace lorascope::train
