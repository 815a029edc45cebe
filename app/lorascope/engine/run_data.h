#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/data/feature.h"
#include "core/data/label_set.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/wnut17.h"
#include "core/study/run_settings.h"
#include "core/text/tokenizer.h"
#include "core/train/evaluator.h"

namespace lorascope::files {
struct ModelFolder;
}

namespace lorascope::app::engine {

/// One data file of a run as people wrote it and as the model sees it. Of the three kinds of examples only that of the
/// task is filled.
struct Split {
  std::string name;  ///< "train", "eval", "test"
  std::string task;  ///< of a run over several; empty for the only one
  std::filesystem::path file;
  std::vector<data::TaggedSentence> sentences;
  std::vector<data::SquadQuestion> questions;
  std::vector<data::SwagRow> rows;
  /// wnut17: one a sentence. squad: the windows of each question, to train on with positions, otherwise with offsets
  /// too. swag: four a row.
  std::vector<data::Feature> features;
  std::vector<std::int64_t> adapters;  ///< of each example its own adapter (engine::chosen_adapters); empty: not known
  std::vector<std::string> remarks;  ///< what people should know: questions that do not fit, …

  /// "eval", with several tasks "eval/squad": under which scores and predictions are stored.
  std::string full_name() const { return task.empty() ? name : name + "/" + task; }
  std::size_t num_examples() const { return sentences.size() + questions.size() + rows.size(); }
};

/// The labels of a model: those of its own head, or the task's where the folder has none that could be one. None for
/// squad and swag.
data::LabelSet labels_of(const files::ModelFolder& model, const std::string& task);

/// Rows of the task's head.
std::int64_t num_labels_of(const data::LabelSet& labels, const std::string& task);

/// Tokens a row may have. Throws UsageError if the model allows fewer than the settings ask for.
int max_length_for(const files::ModelFolder& model, const study::RunSettings& settings);

/// What turns examples into features.
struct Encoding {
  const study::RunSettings& settings;
  const text::Tokenizer& tokenizer;
  const data::LabelSet& labels;
  int max_length = 0;
};

/// Reads and encodes one file of the task. Throws DataError with every problem.
Split load_split(const std::string& name, const std::filesystem::path& file, const Encoding& encoding);

/// Scores the split as the settings say. The split must outlive it.
std::unique_ptr<train::Evaluator> make_evaluator(const Split& split, const study::RunSettings& settings,
                                                 const data::LabelSet& labels);

}  // namespace lorascope::app::engine
