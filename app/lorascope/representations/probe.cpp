#include <ATen/ATen.h>

#include <algorithm>

#include "app/lorascope/representations/analysis_parts.h"
#include "core/analysis/structural_probe.h"
#include "core/base/error.h"
#include "core/data/treebank.h"

namespace lorascope::app::representations {
namespace {

constexpr std::size_t kFewSentences = 100;

struct Bank {
  std::vector<data::TreeSentence> sentences;
  std::vector<EncodedSentence> encoded;
};

/// Sentences whose every word has a piece inside the model's positions.
Bank read_bank(const AnalysisOptions& options, const text::Tokenizer& tokenizer, std::int64_t positions) {
  Bank bank;
  for (data::TreeSentence& sentence : data::read_treebank(options.treebank)) {
    if (static_cast<std::int64_t>(bank.sentences.size()) >= options.sentences) break;
    EncodedSentence encoded = encode_words(tokenizer, sentence.words, positions);
    std::vector<bool> has_piece(sentence.words.size(), false);
    for (const std::int32_t word : encoded.words)
      if (word >= 0) has_piece[static_cast<std::size_t>(word)] = true;
    if (sentence.words.size() < 2 || std::find(has_piece.begin(), has_piece.end(), false) != has_piece.end()) continue;
    bank.sentences.push_back(std::move(sentence));
    bank.encoded.push_back(std::move(encoded));
  }
  if (bank.sentences.size() < 10)
    throw DataError("cannot fit a probe to " + options.treebank,
                    Problem{options.treebank, std::to_string(bank.sentences.size()) + " sentences that fit the model",
                            "at least 10, better some thousands", ""});
  return bank;
}

/// Eight tenths to fit, one to decide when to stop, one to score.
struct Split {
  std::vector<analysis::ProbeSentence> train, dev, test;

  void add(std::size_t number, analysis::ProbeSentence sentence) {
    (number % 10 == 8 ? dev : number % 10 == 9 ? test : train).push_back(std::move(sentence));
  }
};

}  // namespace

Json probe(const std::vector<Subject>& subjects, const AnalysisOptions& options, const Watch& watch) {
  if (options.treebank.empty()) throw UsageError("a probe needs a treebank", "give --treebank FILE in CoNLL-U");
  Bank bank;
  Json results = Json::array();
  analysis::ProbeOptions fit;
  fit.rank = options.rank;
  fit.seed = options.seed;
  for (std::size_t number = 0; number < subjects.size(); ++number) {
    watch.show("opening " + subjects[number].name, 0, 1);
    const auto model = open_subject(subjects[number]);
    if (bank.sentences.empty())
      bank = read_bank(options, text::Tokenizer::from_folder(subjects.front().model), model->max_positions());
    const auto states = word_states(*model, bank.encoded, [&](std::size_t done, std::size_t of) {
      watch.show(subjects[number].name, done, of);  // the probes take the time
    });
    Json layers = Json::array();
    for (std::size_t layer = 0; layer < states.front().size(); ++layer) {
      Split real, control;
      for (std::size_t i = 0; i < states.size(); ++i) {
        std::vector<bool> scored = bank.sentences[i].is_punctuation;
        scored.flip();
        real.add(i, {states[i][layer], bank.sentences[i].heads, scored});
        control.add(i, {states[i][layer], analysis::control_heads(bank.sentences[i].words, options.seed), scored});
      }
      const auto going_on = [&] {
        watch.show("probing " + subjects[number].name, layer, states.front().size());
        return true;
      };
      const analysis::ProbeScores scores = analysis::probe_layer(real.train, real.dev, real.test, fit, going_on);
      const analysis::ProbeScores random =
          analysis::probe_layer(control.train, control.dev, control.test, fit, going_on);
      layers.push_back({{"uuas", scores.uuas},
                        {"spearman", scores.spearman},
                        {"root_accuracy", scores.root_accuracy},
                        {"control_uuas", random.uuas},
                        {"selectivity", scores.uuas - random.uuas}});
    }
    results.push_back({{"subject", number}, {"layers", layers}});
  }
  Json warnings = Json::array();
  if (bank.sentences.size() < kFewSentences * 10)
    warnings.push_back(std::to_string(bank.sentences.size()) +
                       " sentences are few for a probe: compare with the controls, not with published numbers");
  return {{"results", results}, {"sentences", bank.sentences.size()}, {"rank", options.rank}, {"warnings", warnings}};
}

}  // namespace lorascope::app::representations
