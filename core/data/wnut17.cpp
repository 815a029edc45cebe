#include "core/data/wnut17.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/data/data_problems.h"
#include "core/data/tagged_file.h"
#include "core/text/tokenizer.h"

namespace lorascope::data {
namespace {

constexpr std::int32_t kIgnored = -100;

// Ids of all tags; throws with the first sentence of each tag that the labels lack.
std::map<std::string, std::int32_t> tag_ids(std::span<const TaggedSentence> sentences, const LabelSet& labels) {
  std::map<std::string, std::int32_t> ids;
  std::vector<Problem> problems;
  for (const TaggedSentence& sentence : sentences) {
    for (const std::string& tag : sentence.tags) {
      if (ids.contains(tag)) continue;
      const std::optional<int> id = labels.find(tag);
      ids[tag] = id.value_or(kIgnored);
      if (id) continue;
      problems.push_back({"sentence at line " + std::to_string(sentence.line), "tag \"" + tag + "\"",
                          "one of the model's " + std::to_string(labels.size()) + " labels",
                          "train a model on data with these tags, or rename them"});
    }
  }
  if (!problems.empty()) throw DataError("the data has tags that the model has no label for", std::move(problems));
  return ids;
}

// For every label the one that further pieces of a word get: I-x for B-x where there is one.
std::vector<std::int32_t> inner_labels(const LabelSet& labels) {
  std::vector<std::int32_t> inner;
  for (int id = 0; id < labels.size(); ++id) {
    std::string name = labels.name(id);
    if (name.starts_with("B-")) name[0] = 'I';
    inner.push_back(labels.find(name).value_or(id));
  }
  return inner;
}

}  // namespace

std::vector<TaggedSentence> read_tagged_sentences(const std::filesystem::path& file,
                                                  const LabelSet& labels_of_numbers) {
  DataProblems problems(file);
  std::vector<TaggedSentence> sentences = read_tagged_file(file, labels_of_numbers, problems);
  problems.throw_if_any();
  return sentences;
}

std::vector<Feature> make_token_features(std::span<const TaggedSentence> sentences, const text::Tokenizer& tokenizer,
                                         const LabelSet& labels, int max_length, bool label_all_tokens) {
  const std::map<std::string, std::int32_t> ids = tag_ids(sentences, labels);
  const std::vector<std::int32_t> inner = inner_labels(labels);
  text::EncodeOptions options;
  options.max_length = std::max(max_length, 0);
  options.truncation = max_length > 0 ? text::Truncation::LongestFirst : text::Truncation::None;

  std::vector<Feature> features;
  features.reserve(sentences.size());
  for (const TaggedSentence& sentence : sentences) {
    text::Encoding encoding = std::move(tokenizer.encode_words(sentence.words, options).front());
    Feature feature;
    feature.example = static_cast<std::int64_t>(features.size());
    feature.labels.assign(encoding.size(), kIgnored);
    for (std::size_t i = 0; i < encoding.size(); ++i) {
      const std::int32_t word = encoding.word_ids[i];
      if (word < 0) continue;
      const std::int32_t label = ids.at(sentence.tags[static_cast<std::size_t>(word)]);
      const bool is_first = i == 0 || encoding.word_ids[i - 1] != word;
      if (is_first) feature.labels[i] = label;
      if (!is_first && label_all_tokens) feature.labels[i] = inner[static_cast<std::size_t>(label)];
    }
    feature.input_ids = std::move(encoding.ids);
    feature.token_type_ids = std::move(encoding.type_ids);
    feature.word_ids = std::move(encoding.word_ids);
    features.push_back(std::move(feature));
  }
  return features;
}

}  // namespace lorascope::data
