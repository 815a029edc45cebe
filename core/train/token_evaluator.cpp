#include "core/train/token_evaluator.h"

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/metrics/tagging.h"
#include "core/train/evaluation_pass.h"

namespace lorascope::train {

std::vector<std::string> word_tags(const data::Feature& feature, const std::vector<std::int32_t>& guesses,
                                   std::size_t num_words, const data::LabelSet& labels) {
  std::vector<std::string> tags(num_words, "O");
  std::int32_t previous = -1;
  for (std::size_t position = 0; position < feature.word_ids.size(); ++position) {
    const std::int32_t word = feature.word_ids[position];
    if (word >= 0 && word != previous) tags.at(static_cast<std::size_t>(word)) = labels.name(guesses.at(position));
    previous = word;
  }
  return tags;
}

TokenEvaluator::TokenEvaluator(std::span<const data::TaggedSentence> sentences,
                               std::span<const data::Feature> features, data::LabelSet labels,
                               EvaluationOptions options, int zero_division)
    : sentences_(sentences),
      features_(features),
      labels_(std::move(labels)),
      options_(std::move(options)),
      zero_division_(zero_division) {
  if (sentences_.size() != features_.size()) {
    throw Error("an evaluation needs one feature a sentence: found " + std::to_string(features_.size()) + " for " +
                std::to_string(sentences_.size()) + " sentences");
  }
}

std::optional<Evaluation> TokenEvaluator::evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const {
  Evaluation evaluation;
  evaluation.guesses.resize(features_.size());
  std::vector<LossTerms> losses(features_.size());
  const auto take = [&](std::span<const std::size_t> rows, const tasks::Batch& batch, const tasks::Output& output) {
    const at::Tensor ids = output.logits.argmax(1).to(at::kCPU, at::kInt).contiguous();
    const auto* values = ids.const_data_ptr<std::int32_t>();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int32_t begin = batch.tokens.boundaries[i], end = batch.tokens.boundaries[i + 1];
      evaluation.guesses[rows[i]].assign(values + begin, values + end);
      for (std::int32_t token = begin; token < end; ++token) {
        if (batch.labels[static_cast<std::size_t>(token)] < 0) continue;
        losses[rows[i]].sum += output.losses[static_cast<std::size_t>(token)];
        ++losses[rows[i]].count;
      }
    }
  };
  if (!evaluate_rows(model, features_, options_, progress, take, evaluation)) return std::nullopt;
  score(evaluation);
  evaluation.scores["loss"] = loss_of_batches(losses, options_.batch_size);
  for (const LossTerms& loss : losses) evaluation.example_losses.push_back(loss.mean());
  return evaluation;
}

void TokenEvaluator::score(Evaluation& evaluation) const {
  std::vector<metrics::TaggedGuess> kept, whole;
  kept.reserve(features_.size());
  whole.reserve(features_.size());
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const std::vector<std::int32_t>& labels = features_[i].labels;
    metrics::TaggedGuess labelled;
    for (std::size_t position = 0; position < labels.size(); ++position) {
      if (labels[position] < 0) continue;
      labelled.gold.push_back(labels_.name(labels[position]));
      labelled.guess.push_back(labels_.name(evaluation.guesses[i][position]));
    }
    kept.push_back(std::move(labelled));
    const data::TaggedSentence& sentence = sentences_[i];
    whole.push_back({sentence.words, sentence.tags,
                     word_tags(features_[i], evaluation.guesses[i], sentence.words.size(), labels_)});
  }
  const auto zero_division = zero_division_ == 1 ? metrics::ZeroDivision::One : metrics::ZeroDivision::Zero;
  evaluation.scores = metrics::tagging_scores(kept, zero_division);
  for (const auto& [name, value] : metrics::tagging_scores(whole, zero_division)) {
    if (name.starts_with("surface.")) evaluation.scores[name] = value;
  }
}

}  // namespace lorascope::train
