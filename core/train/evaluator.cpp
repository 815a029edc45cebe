#include "core/train/evaluator.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/metrics/tagging.h"
#include "core/tasks/task_model.h"

namespace lorascope::train {
namespace {

/// Argmax over the labels of every position, cut into sequences again.
void append_guesses(const at::Tensor& logits, const nn::PackedBatch& tokens,
                    std::vector<std::vector<std::int32_t>>& guesses) {
  const at::Tensor ids = logits.argmax(1).to(at::kCPU, at::kInt).contiguous();
  const auto* values = ids.const_data_ptr<std::int32_t>();
  for (std::size_t row = 0; row + 1 < tokens.boundaries.size(); ++row) {
    guesses.emplace_back(values + tokens.boundaries[row], values + tokens.boundaries[row + 1]);
  }
}

}  // namespace

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
                               std::span<const data::Feature> features, data::LabelSet labels, Options options)
    : sentences_(sentences), features_(features), labels_(std::move(labels)), options_(std::move(options)) {
  if (sentences_.size() != features_.size()) {
    throw Error("an evaluation needs one feature a sentence: found " + std::to_string(features_.size()) + " for " +
                std::to_string(sentences_.size()) + " sentences");
  }
}

std::optional<Evaluation> TokenEvaluator::evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const {
  Evaluation evaluation;
  evaluation.guesses.reserve(features_.size());
  double weighted_loss = 0.0;
  const auto size = static_cast<std::size_t>(options_.batch_size);
  for (std::size_t begin = 0; begin < features_.size(); begin += size) {
    std::vector<const data::Feature*> rows;
    for (std::size_t i = begin; i < std::min(begin + size, features_.size()); ++i) rows.push_back(&features_[i]);
    const tasks::Batch batch = tasks::make_batch(model.kind(), rows);
    const tasks::Output output = model.evaluate(batch);
    append_guesses(output.logits, batch.tokens, evaluation.guesses);
    weighted_loss += output.loss * static_cast<double>(rows.size());
    evaluation.rows += static_cast<std::int64_t>(rows.size());
    evaluation.tokens += batch.tokens.num_tokens();
    if (progress && !progress(evaluation.rows, static_cast<std::int64_t>(features_.size()))) return std::nullopt;
  }
  score(evaluation);
  evaluation.scores["loss"] = weighted_loss / static_cast<double>(std::max<std::int64_t>(evaluation.rows, 1));
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
  const auto zero_division = options_.zero_division == 1 ? metrics::ZeroDivision::One : metrics::ZeroDivision::Zero;
  evaluation.scores = metrics::tagging_scores(kept, zero_division);
  for (const auto& [name, value] : metrics::tagging_scores(whole, zero_division)) {
    if (name.starts_with("surface.")) evaluation.scores[name] = value;
  }
}

}  // namespace lorascope::train
