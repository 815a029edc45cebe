#include "app/lorascope/engine/run_data.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/files/model_folder.h"

namespace lorascope::app::engine {

data::LabelSet labels_of(const files::ModelFolder& model, const std::string& task) {
  if (task != "wnut17") {
    throw UsageError("task: found \"" + task + "\", expected \"wnut17\"", "only entity tagging can be trained so far");
  }
  const auto head = model.tensors.find("classifier.weight");
  const std::vector<std::string>& names = model.config.labels;
  const bool has_head = head != model.tensors.end() && !names.empty();
  return has_head ? data::LabelSet(names) : data::LabelSet::wnut17();
}

int max_length_for(const files::ModelFolder& model, int asked) {
  const auto longest = static_cast<int>(model.config.max_positions);
  if (asked > longest) {
    throw UsageError("max_length: found " + std::to_string(asked) + ", expected at most " + std::to_string(longest) +
                         ", the positions that the model in " + model.folder.string() + " has",
                     "choose a smaller --max-length");
  }
  return asked > 0 ? asked : longest;
}

Split load_split(const std::string& name, const std::filesystem::path& file, const text::Tokenizer& tokenizer,
                 const data::LabelSet& labels, int max_length) {
  Split split{name, file, data::read_tagged_sentences(file), {}};
  split.features = data::make_token_features(split.sentences, tokenizer, labels, max_length);
  return split;
}

std::unique_ptr<train::TokenEvaluator> make_evaluator(const Split& split, const data::LabelSet& labels, int batch_size,
                                                      int zero_division) {
  return std::make_unique<train::TokenEvaluator>(split.sentences, split.features, labels,
                                                 train::TokenEvaluator::Options{split.name, batch_size, zero_division});
}

data::TagGuesses tag_guesses(const Split& split, const std::vector<std::vector<std::int32_t>>& guesses,
                             const data::LabelSet& labels) {
  data::TagGuesses tags;
  for (std::size_t i = 0; i < split.sentences.size(); ++i) {
    tags.push_back(train::word_tags(split.features[i], guesses.at(i), split.sentences[i].words.size(), labels));
  }
  return tags;
}

}  // namespace lorascope::app::engine
