#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/data/feature.h"
#include "core/data/label_set.h"
#include "core/data/tag_guesses.h"
#include "core/data/wnut17.h"
#include "core/text/tokenizer.h"
#include "core/train/evaluator.h"

namespace lorascope::files {
struct ModelFolder;
}

namespace lorascope::app::engine {

/// One data file of a run as the model sees it.
struct Split {
  std::string name;  ///< "train", "eval", "test"
  std::filesystem::path file;
  std::vector<data::TaggedSentence> sentences;
  std::vector<data::Feature> features;  ///< one a sentence
};

/// The labels of a model: those of its own head, or the task's where the folder has none that could be one.
data::LabelSet labels_of(const files::ModelFolder& model, const std::string& task);

/// Tokens a row may have: `asked`, or as many as the model allows where it is 0. Throws UsageError if the model allows
/// less.
int max_length_for(const files::ModelFolder& model, int asked);

/// Reads and encodes one file of the task. Throws DataError with every problem.
Split load_split(const std::string& name, const std::filesystem::path& file, const text::Tokenizer& tokenizer,
                 const data::LabelSet& labels, int max_length);

std::unique_ptr<train::TokenEvaluator> make_evaluator(const Split& split, const data::LabelSet& labels, int batch_size,
                                                      int zero_division);

/// The guessed tag of every word of the file: "O" where the model saw no piece of it.
data::TagGuesses tag_guesses(const Split& split, const std::vector<std::vector<std::int32_t>>& guesses,
                             const data::LabelSet& labels);

}  // namespace lorascope::app::engine
