#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/text_options.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/data/answer_guesses.h"
#include "core/data/choice_guesses.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/tag_guesses.h"
#include "core/data/wnut17.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/squad_score.h"
#include "core/metrics/tagging.h"

namespace lorascope::app {
namespace {

struct Options {
  std::string task, data, predictions, null_odds;
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

std::map<std::string, double> answer_scores(const Options& options) {
  const data::SquadData data = data::read_squad(options.data);
  const std::map<std::string, std::string> guesses = data::read_answer_guesses(options.predictions);
  std::map<std::string, double> odds;
  if (!options.null_odds.empty()) odds = data::read_null_odds(options.null_odds);
  std::vector<metrics::AnsweredQuestion> scored;
  for (const data::SquadQuestion& question : data.questions) {
    metrics::AnsweredQuestion& entry = scored.emplace_back();
    for (const data::SquadAnswer& answer : question.answers) entry.answers.push_back(answer.text);
    if (const auto guess = guesses.find(question.id); guess != guesses.end()) entry.guess = guess->second;
    if (const auto odd = odds.find(question.id); odd != odds.end()) entry.null_odds = odd->second;
  }
  const auto num_missing =
      std::count_if(scored.begin(), scored.end(), [](const auto& question) { return !question.guess; });
  if (num_missing > 0) std::cerr << "warning: " << num_missing << " questions are not answered and score 0\n";
  return metrics::squad_scores(scored, data.is_v2 ? metrics::SquadVersion::V2 : metrics::SquadVersion::V1);
}

std::map<std::string, double> choice_scores(const Options& options) {
  const std::vector<data::SwagRow> rows = data::read_swag(options.data);
  const std::vector<std::int64_t> choices = data::read_choice_guesses(options.predictions, rows.size());
  std::vector<std::int64_t> labels;
  for (const data::SwagRow& row : rows) labels.push_back(row.label);
  if (std::find(labels.begin(), labels.end(), -1) != labels.end()) {
    throw DataError("cannot score " + options.data,
                    Problem{options.data + ": label", "rows without label", "a label in every row",
                            "test files have none; score on the validation file"});
  }
  return {{"accuracy", metrics::accuracy(labels, choices)}};
}

void score(const Options& options) {
  require_task(options.task, {"wnut17", "squad", "swag"});
  const std::map<std::string, double> scores = options.task == "wnut17"  ? tagging_scores(options)
                                               : options.task == "squad" ? answer_scores(options)
                                                                         : choice_scores(options);
  if (options.json) {
    std::cout << Json(scores).dump() << '\n';
    return;
  }
  for (const auto& [name, value] : scores) {
    std::cout << std::left << std::setw(32) << name << std::right << std::fixed
              << std::setprecision(name.ends_with("support") || name.ends_with("total") ? 0 : 4) << value << '\n';
  }
}

}  // namespace

void add_score(CLI::App& program) {
  CLI::App* command = program.add_subcommand("score", "Scores of a file of predictions");
  command->footer("Example: lorascope score --task wnut17 --data test.conll --predictions guesses.tsv --json");
  auto options = std::make_shared<Options>();
  command->add_option("--task", options->task, "wnut17, squad or swag")->required();
  command->add_option("--data", options->data, "Data file with the right answers")->required();
  command
      ->add_option("--predictions", options->predictions,
                   "wnut17: word TAB gold TAB guess; squad: JSON {id: text}; swag: CSV index,choice")
      ->required();
  command->add_option("--null-odds", options->null_odds,
                      "squad v2: JSON {id: number}, how much better no answer is; for the best_ scores");
  command->add_option("--zero-division", options->zero_division, "What a ratio without denominator is: 0 or 1")
      ->check(CLI::IsMember({0, 1}))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object on stdout");
  command->callback([options] { score(*options); });
}

}  // namespace lorascope::app
