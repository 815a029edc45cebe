#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <set>

#include "app/lorascope/representations/analysis_parts.h"
#include "core/analysis/pair_sensitivity.h"
#include "core/analysis/representation_similarity.h"
#include "core/data/minimal_pairs.h"

namespace lorascope::app::representations {
namespace {

constexpr std::size_t kFewPairs = 200;

std::vector<data::MinimalPair> pairs_of(const AnalysisOptions& options) {
  std::vector<data::MinimalPair> pairs =
      options.pairs.empty() ? data::make_minimal_pairs({options.seed}) : data::read_minimal_pairs(options.pairs);
  if (options.pairs_of_kind == 0) return pairs;
  std::map<std::string, std::int64_t> seen;
  std::erase_if(pairs, [&](const data::MinimalPair& pair) { return ++seen[pair.kind] > options.pairs_of_kind; });
  return pairs;
}

/// Distances of all pairs in a model: [layer][pair].
analysis::PairDistances distances_in(tasks::TaskModel& model, const std::vector<EncodedSentence>& sentences,
                                     const OnProgress& progress) {
  analysis::PairDistances distances;
  for (const at::Tensor& pooled : pooled_states(model, sentences, progress))
    distances.push_back(analysis::row_distances(pooled.slice(0, 0, c10::nullopt, 2), pooled.slice(0, 1, c10::nullopt, 2)));
  return distances;
}

/// The columns whose pair is wanted.
template <class Wanted>
analysis::PairDistances chosen(const analysis::PairDistances& all, const std::vector<data::MinimalPair>& pairs,
                               const Wanted& wanted) {
  analysis::PairDistances result(all.size());
  for (std::size_t layer = 0; layer < all.size(); ++layer)
    for (std::size_t pair = 0; pair < pairs.size(); ++pair)
      if (wanted(pairs[pair])) result[layer].push_back(all[layer][pair]);
  return result;
}

Json kinds_json(const analysis::PairDistances& all, const std::vector<data::MinimalPair>& pairs) {
  std::set<std::string> kinds;
  for (const data::MinimalPair& pair : pairs) kinds.insert(pair.kind);
  Json answer;
  for (const std::string& kind : kinds) {
    Json means = Json::array();
    for (const auto& layer : chosen(all, pairs, [&](const data::MinimalPair& pair) { return pair.kind == kind; }))
      means.push_back(analysis::spread_of(layer).mean);
    answer[kind] = means;
  }
  return answer;
}

Json layers_json(const std::vector<analysis::LayerSensitivity>& layers) {
  Json answer = Json::array();
  for (const analysis::LayerSensitivity& layer : layers)
    answer.push_back({{"value", layer.value},
                      {"low", layer.low},
                      {"high", layer.high},
                      {"meaning", layer.meaning},
                      {"form", layer.form}});
  return answer;
}

/// What makes the numbers doubtful.
Json warnings_of(const std::vector<data::MinimalPair>& pairs) {
  std::map<bool, double> edits, lengths, counts;
  for (const data::MinimalPair& pair : pairs) {
    edits[pair.changes_form] += static_cast<double>(data::word_edit_distance(pair.first, pair.second));
    lengths[pair.changes_form] += static_cast<double>(data::pair_length(pair));
    ++counts[pair.changes_form];
  }
  Json warnings = Json::array();
  const auto differ = [&](std::map<bool, double>& of) {
    const double form = of[true] / counts[true], meaning = of[false] / counts[false];
    return std::abs(form - meaning) > 0.05 * std::max(form, meaning);
  };
  if (differ(edits)) warnings.push_back("the two sides differ in edit distance: sensitivity then also counts changed words");
  if (differ(lengths)) warnings.push_back("the two sides differ in length");
  if (std::min(counts[true], counts[false]) < static_cast<double>(kFewPairs))
    warnings.push_back("fewer than 200 pairs on one side: the bands are wide");
  return warnings;
}

}  // namespace

Json sensitivity(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch) {
  const std::vector<data::MinimalPair> pairs = pairs_of(options);
  std::vector<EncodedSentence> sentences;
  Json results = Json::array();
  std::vector<analysis::LayerSensitivity> base;
  for (std::size_t number = 0; number < subjects.size(); ++number) {
    watch.show("opening " + subjects[number].name, 0, 1);
    const auto model = open_subject(subjects[number]);
    if (sentences.empty()) {
      const auto tokenizer = text::Tokenizer::from_folder(subjects.front().model);
      for (const data::MinimalPair& pair : pairs)
        for (const std::string* sentence : {&pair.first, &pair.second})
          sentences.push_back(encode_sentence(tokenizer, *sentence, model->max_positions()));
    }
    const analysis::PairDistances all = distances_in(*model, sentences, progress_of(watch, subjects, number));
    const auto is_form = [](const data::MinimalPair& pair) { return pair.changes_form; };
    const auto is_meaning = [](const data::MinimalPair& pair) { return !pair.changes_form; };
    const auto layers =
        analysis::pair_sensitivity(chosen(all, pairs, is_form), chosen(all, pairs, is_meaning), {1000, options.seed});
    Json result = {{"subject", number}, {"layers", layers_json(layers)}, {"kinds", kinds_json(all, pairs)}};
    if (number == 0) base = layers;
    if (const auto difference = analysis::most_different_layer(base, layers); number > 0 && difference)
      result["difference"] = {{"layer", difference->layer},
                              {"difference", difference->difference},
                              {"is_clear", difference->is_clear}};
    results.push_back(result);
  }
  Json counts;
  for (const data::MinimalPair& pair : pairs) {
    if (!counts.contains(pair.kind)) counts[pair.kind] = 0;
    counts[pair.kind] = counts[pair.kind].get<int>() + 1;
  }
  return {{"results", results}, {"pairs", counts}, {"warnings", warnings_of(pairs)}};
}

}  // namespace lorascope::app::representations
