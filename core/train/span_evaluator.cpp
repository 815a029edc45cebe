#include "core/train/span_evaluator.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/metrics/squad_score.h"
#include "core/train/evaluation_pass.h"

namespace lorascope::train {

SpanEvaluator::SpanEvaluator(std::span<const data::SquadQuestion> questions, std::span<const data::Feature> features,
                             const metrics::SpanAnswerOptions& answers, EvaluationOptions options)
    : questions_(questions), features_(features), answers_(answers), options_(std::move(options)) {
  has_positions_ = !features.empty() && std::all_of(features.begin(), features.end(), [](const data::Feature& feature) {
    return feature.start_position >= 0 && feature.end_position >= 0;
  });
}

std::optional<Evaluation> SpanEvaluator::evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const {
  Evaluation evaluation;
  std::vector<Logits> logits(features_.size());
  std::vector<LossTerms> losses(features_.size());
  const auto take = [&](std::span<const std::size_t> rows, const tasks::Batch& batch, const tasks::Output& output) {
    const at::Tensor columns = output.logits.to(at::kCPU, at::kFloat).t().contiguous();
    const auto* start = columns.const_data_ptr<float>();
    const auto* end = start + columns.size(1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int32_t from = batch.tokens.boundaries[i], to = batch.tokens.boundaries[i + 1];
      logits[rows[i]] = {{start + from, start + to}, {end + from, end + to}};
      if (has_positions_) losses[rows[i]] = {output.losses[i], 1};
    }
  };
  if (!evaluate_rows(model, features_, options_, progress, take, evaluation)) return std::nullopt;
  answer(logits, evaluation);
  score(evaluation);
  if (has_positions_) evaluation.scores["loss"] = loss_of_batches(losses, options_.batch_size);
  std::vector<LossTerms> by_question(questions_.size());
  for (std::size_t i = 0; i < features_.size(); ++i) {
    LossTerms& question = by_question[static_cast<std::size_t>(features_[i].example)];
    question.sum += losses[i].sum;
    question.count += losses[i].count;
  }
  for (const LossTerms& question : by_question) evaluation.example_losses.push_back(question.mean());
  return evaluation;
}

void SpanEvaluator::answer(const std::vector<Logits>& logits, Evaluation& evaluation) const {
  evaluation.answers.resize(questions_.size());
  for (std::size_t begin = 0; begin < features_.size();) {
    std::size_t end = begin;
    std::vector<metrics::SpanWindow> windows;
    while (end < features_.size() && features_[end].example == features_[begin].example) {
      windows.push_back({features_[end].offsets, logits[end].start, logits[end].end});
      ++end;
    }
    const auto question = static_cast<std::size_t>(features_[begin].example);
    evaluation.answers[question] = metrics::best_answer(windows, questions_[question].context, answers_);
    begin = end;
  }
}

void SpanEvaluator::score(Evaluation& evaluation) const {
  std::vector<metrics::AnsweredQuestion> answered(questions_.size());
  for (std::size_t i = 0; i < questions_.size(); ++i) {
    for (const data::SquadAnswer& answer : questions_[i].answers) answered[i].answers.push_back(answer.text);
    if (!evaluation.answers[i].n_best.empty()) answered[i].guess = evaluation.answers[i].text;
    answered[i].null_odds = evaluation.answers[i].null_odds;
  }
  evaluation.scores = metrics::squad_scores(
      answered, answers_.null_answers ? metrics::SquadVersion::V2 : metrics::SquadVersion::V1);
}

}  // namespace lorascope::train
