#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/data/label_set.h"
#include "core/data/wnut17.h"

namespace lorascope::tasks {
class TaskModel;
}

namespace lorascope::train {

/// Told after every batch how many rows of how many are done; false abandons the evaluation.
using EvaluationProgress = std::function<bool(std::int64_t rows_done, std::int64_t rows)>;

/// What a model says about one split.
struct Evaluation {
  std::map<std::string, double> scores;  ///< "loss" and the task's scores under their golden names
  /// Label id of every position [S] of every feature, in the order of the features.
  std::vector<std::vector<std::int32_t>> guesses;
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
};

/// Scores a model on one split of one task.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual const std::string& split() const = 0;
  /// Nothing if `progress` abandoned it.
  virtual std::optional<Evaluation> evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const = 0;
};

/// The tag of every word of a sentence: that of its first piece; "O" for words without a piece (cut off, or nothing left
/// of them by the tokenizer). `guesses` [S] are the label ids of the feature's positions.
std::vector<std::string> word_tags(const data::Feature& feature, const std::vector<std::int32_t>& guesses,
                                   std::size_t num_words, const data::LabelSet& labels);

/// Token labels (WNUT17). Batches are consecutive features in file order. The loss is the originals': Σ (batch mean ·
/// rows) / rows (oracle/TRAINING.md, finding 13). Scores: entity precision, recall, f1 (lenient, strict, per type) and
/// accuracy over the labelled positions, as the originals count; surface scores over all words of the file.
class TokenEvaluator final : public Evaluator {
 public:
  struct Options {
    std::string split = "eval";
    int batch_size = 16;
    int zero_division = 0;
  };
  /// One feature a sentence, in the same order. Both must outlive the evaluator. Throws Error if the counts differ.
  TokenEvaluator(std::span<const data::TaggedSentence> sentences, std::span<const data::Feature> features,
                 data::LabelSet labels, Options options);

  const std::string& split() const override { return options_.split; }
  std::optional<Evaluation> evaluate(tasks::TaskModel& model, const EvaluationProgress& progress) const override;

 private:
  void score(Evaluation& evaluation) const;

  std::span<const data::TaggedSentence> sentences_;
  std::span<const data::Feature> features_;
  data::LabelSet labels_;
  Options options_;
};

}  // namespace lorascope::train
