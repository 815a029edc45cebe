#include "app/lorascope/representations/analyses.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <map>

#include "app/lorascope/engine/interrupts.h"
#include "app/lorascope/engine/progress_display.h"
#include "app/lorascope/representations/analysis_parts.h"
#include "core/analysis/pair_sensitivity.h"
#include "core/analysis/representation_similarity.h"
#include "core/analysis/shared_axes.h"
#include "core/base/clock.h"
#include "core/base/csv.h"
#include "core/base/error.h"
#include "core/data/minimal_pairs.h"

namespace lorascope::app::representations {
namespace {

using analysis::Spread;

Json spread_json(const Spread& spread) { return {{"mean", spread.mean}, {"low", spread.low}, {"high", spread.high}}; }

/// Sentences of the text until there are enough tokens.
struct Text {
  std::vector<EncodedSentence> sentences;
  std::vector<std::string> tokens;  ///< of the word pieces, in order
};

std::vector<std::string> sentences_of(const AnalysisOptions& options) {
  if (!options.text.empty()) return read_sentences(options.text);
  std::vector<std::string> sentences;
  for (const data::MinimalPair& pair : data::make_minimal_pairs({options.seed, 400})) sentences.push_back(pair.first);
  // Kinds follow each other in the file; a part of them is to hold all.
  const std::size_t step = sentences.size() / 8;
  std::vector<std::string> mixed;
  for (std::size_t i = 0; i < step; ++i)
    for (std::size_t kind = 0; kind < 8; ++kind) mixed.push_back(sentences[kind * step + i]);
  return mixed;
}

Text encode_text(const AnalysisOptions& options, const text::Tokenizer& tokenizer, std::int64_t positions) {
  Text text;
  for (const std::string& sentence : sentences_of(options)) {
    if (static_cast<std::int64_t>(text.tokens.size()) >= options.tokens) break;
    text.sentences.push_back(encode_sentence(tokenizer, sentence, positions));
    const EncodedSentence& encoded = text.sentences.back();
    for (std::size_t i = 0; i < encoded.ids.size(); ++i)
      if (encoded.words[i] >= 0) text.tokens.emplace_back(tokenizer.token(encoded.ids[i]));
  }
  return text;
}

/// States of all subjects on one text, and the text.
struct Compared {
  Text text;
  std::vector<std::vector<at::Tensor>> states;  ///< [subject][layer]
};

Compared compare(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch) {
  Compared result;
  for (std::size_t number = 0; number < subjects.size(); ++number) {
    watch.show("opening " + subjects[number].name, 0, 1);
    const auto model = open_subject(subjects[number]);
    if (result.text.sentences.empty())
      result.text = encode_text(options, text::Tokenizer::from_folder(subjects.front().model), model->max_positions());
    result.states.push_back(token_states(*model, result.text.sentences, progress_of(watch, subjects, number)));
  }
  return result;
}

Json cka(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch) {
  const Compared compared = compare(subjects, options, watch);
  Json answer = {{"results", Json::array()}, {"warnings", Json::array()}};
  // One model alone is compared with itself: which of its layers are alike.
  for (std::size_t second = subjects.size() > 1 ? 1 : 0; second < subjects.size(); ++second) {
    watch.show("comparing " + subjects[second].name, second, subjects.size());
    const analysis::CkaMap map = analysis::cka_map(compared.states.front(), compared.states[second], options.seed);
    answer["results"].push_back({{"first", 0},
                                 {"second", second},
                                 {"values", map.values},
                                 {"floor", map.floor},
                                 {"plain_floor", map.plain_floor}});
    answer["tokens"] = map.tokens;
    answer["width"] = map.width;
    if (map.is_short && answer["warnings"].empty())
      answer["warnings"].push_back(std::to_string(map.tokens) + " tokens are few for a width of " +
                                   std::to_string(map.width) + ": read no small differences out of the map");
  }
  return answer;
}

Json distances(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch) {
  if (subjects.size() < 2) throw UsageError("distances need two models", "name a run, or give --base with a folder");
  const Compared compared = compare(subjects, options, watch);
  Json answer = {{"results", Json::array()}, {"tokens", compared.text.tokens.size()}, {"warnings", Json::array()}};
  for (std::size_t second = 1; second < subjects.size(); ++second) {
    Json layers = Json::array();
    for (std::size_t layer = 0; layer < compared.states.front().size(); ++layer) {
      watch.show("comparing " + subjects[second].name, layer, compared.states.front().size());
      const at::Tensor &from = compared.states.front()[layer], &to = compared.states[second][layer];
      Json values = {{"rsa", analysis::representational_similarity(from, to)}};
      if (options.what == "distances") {
        const std::vector<double> apart = analysis::row_distances(from, to);
        std::vector<double> relative;
        const std::vector<double> lengths = analysis::row_distances(from, at::zeros_like(from));
        for (std::size_t i = 0; i < apart.size(); ++i) relative.push_back(apart[i] / std::max(lengths[i], 1e-30));
        values["distance"] = spread_json(analysis::spread_of(apart));
        values["relative"] = spread_json(analysis::spread_of(relative));
        values["cosine"] = spread_json(analysis::spread_of(analysis::row_cosines(from, to)));
        values["procrustes"] = analysis::best_rotation(from, to).relative;
      }
      layers.push_back(values);
    }
    answer["results"].push_back({{"first", 0}, {"second", second}, {"layers", layers}});
  }
  return answer;
}

Json pca(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch) {
  const Compared compared = compare(subjects, options, watch);
  std::vector<at::Tensor> all;
  for (const auto& states : compared.states) all.insert(all.end(), states.begin(), states.end());
  watch.show("finding the axes", 0, 1);
  const analysis::SharedAxes axes = analysis::shared_axes(all, options.axes);
  const auto shown = std::min<std::int64_t>(options.shown_tokens, all.front().size(0));
  Json results = Json::array();
  for (std::size_t subject = 0; subject < subjects.size(); ++subject) {
    Json layers = Json::array();
    for (const at::Tensor& states : compared.states[subject]) {
      const at::Tensor points = analysis::project(axes, states.narrow(0, 0, shown)).contiguous();
      Json rows = Json::array();
      for (std::int64_t token = 0; token < shown; ++token) {
        const double* row = points.const_data_ptr<double>() + token * points.size(1);
        rows.push_back(std::vector<double>(row, row + points.size(1)));
      }
      layers.push_back(rows);
    }
    results.push_back({{"subject", subject}, {"points", layers}});
  }
  const auto end = compared.text.tokens.begin() + shown;
  return {{"results", results},
          {"shares", axes.shares},
          {"tokens", std::vector<std::string>(compared.text.tokens.begin(), end)},
          {"fitted_on", compared.text.tokens.size()},
          {"warnings", Json::array()}};
}

}  // namespace

OnProgress progress_of(const Watch& watch, const std::vector<Subject>& subjects, std::size_t number) {
  const std::size_t later = subjects.size() - 1 - number;
  return [&watch, name = subjects[number].name, later, since = Stopwatch()](std::size_t done, std::size_t of) {
    const double each = since.seconds() / static_cast<double>(done);
    const auto still = static_cast<double>(of - done + later * of);
    watch.show(name, done, of, done > 0 ? duration_text(each * still) + " left" : "");
  };
}

void Watch::show(const std::string& phase, std::size_t done, std::size_t of, const std::string& details) const {
  if (interrupts.requested()) throw Interrupted("interrupted, nothing was written");
  display.show(phase, static_cast<std::int64_t>(done), static_cast<std::int64_t>(of), details);
}

bool is_representation_analysis(std::string_view what) {
  constexpr std::array<std::string_view, 6> kAll = {"cka", "distances", "rsa", "pca", "sensitivity", "probe"};
  return std::find(kAll.begin(), kAll.end(), what) != kAll.end();
}

Json analyse_representations(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch) {
  Json answer = options.what == "cka"           ? cka(subjects, options, watch)
                : options.what == "pca"         ? pca(subjects, options, watch)
                : options.what == "sensitivity" ? sensitivity(subjects, options, watch)
                : options.what == "probe"       ? probe(subjects, options, watch)
                                                : distances(subjects, options, watch);
  answer["analysis"] = options.what;
  answer["subjects"] = Json::array();
  for (const Subject& subject : subjects) answer["subjects"].push_back(subject.json());
  const bool has_text = options.what != "sensitivity" && options.what != "probe";
  const std::string& source = has_text ? options.text : options.what == "probe" ? options.treebank : options.pairs;
  answer["source"] = source.empty() ? "generated minimal pairs" : source;
  return answer;
}

namespace {

std::string number_text(const Json& value) { return value.is_number() ? value.dump() : ""; }

/// Numbers of one layer, nested ones as NAME.PART.
void add_layer(std::string& csv, const std::string& front, const std::string& layer, const Json& values) {
  for (const auto& [name, value] : values.items()) {
    if (value.is_object()) {
      for (const auto& [part, inner] : value.items())
        csv += front + layer + ",," + name + '.' + part + ',' + number_text(inner) + '\n';
    } else {
      csv += front + layer + ",," + name + ',' + number_text(value) + '\n';
    }
  }
}

}  // namespace

std::string analysis_csv(const Json& analysis) {
  std::string csv = "analysis,subject,against,layer,other_layer,measure,value\n";
  const std::string what = analysis.at("analysis").get<std::string>();
  const auto name = [&](const Json& index) {
    return csv_field(analysis.at("subjects").at(index.get<std::size_t>()).at("name").get<std::string>());
  };
  for (const Json& result : analysis.at("results")) {
    const bool has_two = result.contains("second");
    const std::string front = what + ',' + name(result.at(has_two ? "second" : "subject")) + ',' +
                              (has_two ? name(result.at("first")) : "") + ',';
    if (result.contains("layers"))
      for (std::size_t layer = 0; layer < result["layers"].size(); ++layer)
        add_layer(csv, front, std::to_string(layer), result["layers"][layer]);
    if (result.contains("kinds"))
      for (const auto& [kind, layers] : result["kinds"].items())
        for (std::size_t layer = 0; layer < layers.size(); ++layer)
          csv += front + std::to_string(layer) + ",," + csv_field(kind) + ',' + number_text(layers[layer]) + '\n';
    if (result.contains("values"))
      for (std::size_t row = 0; row < result["values"].size(); ++row)
        for (std::size_t column = 0; column < result["values"][row].size(); ++column)
          csv += front + std::to_string(column) + ',' + std::to_string(row) + ",cka," +
                 number_text(result["values"][row][column]) + '\n';
    if (result.contains("points"))
      for (std::size_t layer = 0; layer < result["points"].size(); ++layer)
        for (std::size_t token = 0; token < result["points"][layer].size(); ++token)
          for (std::size_t axis = 0; axis < result["points"][layer][token].size(); ++axis)
            csv += front + std::to_string(layer) + ",,token " + std::to_string(token) + " axis " +
                   std::to_string(axis + 1) + ',' + number_text(result["points"][layer][token][axis]) + '\n';
  }
  return csv;
}

}  // namespace lorascope::app::representations
