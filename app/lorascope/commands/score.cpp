#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/text_options.h"
#include "core/base/json.h"
#include "core/data/tag_guesses.h"
#include "core/data/wnut17.h"
#include "core/metrics/tagging.h"

namespace lorascope::app {
namespace {

struct Options {
  std::string task, data, predictions;
  int zero_division = 0;
  bool json = false;
};

std::map<std::string, double> tagging_scores(const Options& options) {
  std::vector<data::TaggedSentence> sentences = data::read_tagged_sentences(options.data);
  data::TagGuesses guesses = data::read_tag_guesses(options.predictions, sentences);
  std::vector<metrics::TaggedGuess> scored;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    scored.push_back({std::move(sentences[i].words), std::move(sentences[i].tags), std::move(guesses[i])});
  }
  return metrics::tagging_scores(scored,
                                 options.zero_division == 1 ? metrics::ZeroDivision::One : metrics::ZeroDivision::Zero);
}

void score(const Options& options) {
  require_task(options.task, {"wnut17"});
  const std::map<std::string, double> scores = tagging_scores(options);
  if (options.json) {
    std::cout << Json(scores).dump() << '\n';
    return;
  }
  for (const auto& [name, value] : scores) {
    std::cout << std::left << std::setw(32) << name << std::right << std::fixed
              << std::setprecision(name.ends_with("support") ? 0 : 4) << value << '\n';
  }
}

}  // namespace

void add_score(CLI::App& program) {
  CLI::App* command = program.add_subcommand("score", "Scores of a file of predictions");
  command->footer("Example: lorascope score --task wnut17 --data test.conll --predictions guesses.tsv --json");
  auto options = std::make_shared<Options>();
  command->add_option("--task", options->task, "wnut17")->required();
  command->add_option("--data", options->data, "Data file with the right answers")->required();
  command->add_option("--predictions", options->predictions, "wnut17: word TAB gold TAB guess")->required();
  command->add_option("--zero-division", options->zero_division, "What a ratio without denominator is: 0 or 1")
      ->check(CLI::IsMember({0, 1}))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { score(*options); });
}

}  // namespace lorascope::app
