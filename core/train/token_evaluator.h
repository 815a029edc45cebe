#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/data/label_set.h"
#include "core/data/wnut17.h"
#include "core/train/evaluator.h"

namespace lorascope::train {

/// The tag of every word of a sentence: that of its first piece; "O" for words without a piece (cut off, or nothing left
/// of them by the tokenizer). `guesses` [S] are the label ids of the feature's positions.
std::vector<std::string> word_tags(const data::Feature& feature, const std::vector<std::int32_t>& guesses,
                                   std::size_t num_words, const data::LabelSet& labels);

/// Token labels (WNUT17). Scores: entity precision, recall, f1 (lenient, strict, per type) and accuracy over the
/// labelled positions, as the originals count; surface scores over all words of the file.
class TokenEvaluator final : public Evaluator {
 public:
  /// One feature a sentence, in the same order. Both must outlive the evaluator. Throws Error if the counts differ.
  TokenEvaluator(std::span<const data::TaggedSentence> sentences, std::span<const data::Feature> features,
                 data::LabelSet labels, EvaluationOptions options, int zero_division);

  const std::string& split() const override { return options_.split; }
  std::optional<Evaluation> evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const override;

 private:
  void score(Evaluation& evaluation) const;

  std::span<const data::TaggedSentence> sentences_;
  std::span<const data::Feature> features_;
  data::LabelSet labels_;
  EvaluationOptions options_;
  int zero_division_;
};

}  // namespace lorascope::train
