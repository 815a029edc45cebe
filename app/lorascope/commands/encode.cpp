#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/text_options.h"
#include "core/base/files.h"
#include "core/data/feature_lines.h"
#include "core/data/squad.h"
#include "core/data/swag.h"
#include "core/data/wnut17.h"
#include "core/text/tokenizer.h"

namespace lorascope::app {
namespace {

struct Options {
  TokenizerOptions tokenizer;
  std::string task, data, out;
  std::string split = "train";
  std::optional<int> max_length, stride;
  bool label_all_tokens = false;
  bool trim_both_sides = false;
};

/// The lines to write, and how many there are.
struct Lines {
  std::string text;
  std::size_t count = 0;
};

Lines encode_sentences(const Options& options, const text::Tokenizer& tokenizer) {
  const auto sentences = data::read_tagged_sentences(options.data);
  const auto features = data::make_token_features(sentences, tokenizer, data::LabelSet::wnut17(),
                                                  options.max_length.value_or(0), options.label_all_tokens);
  return {data::token_feature_lines(features), features.size()};
}

Lines encode_questions(const Options& options, const text::Tokenizer& tokenizer) {
  const data::SquadData data = data::read_squad(options.data);
  data::SpanFeatureOptions cut;
  cut.max_length = options.max_length.value_or(cut.max_length);
  cut.stride = options.stride.value_or(cut.stride);
  cut.for_training = options.split == "train";
  cut.trim = options.trim_both_sides ? data::QuestionTrim::Both : data::QuestionTrim::Left;
  const data::SpanFeatures made = data::make_span_features(data.questions, tokenizer, cut);
  for (const Problem& problem : made.problems) std::cerr << "warning: " << problem.to_text() << '\n';
  return {data::span_feature_lines(made.features, data.questions), made.features.size()};
}

Lines encode_choices(const Options& options, const text::Tokenizer& tokenizer) {
  const auto rows = data::read_swag(options.data);
  const auto features = data::make_choice_features(rows, tokenizer, options.max_length.value_or(0));
  return {data::choice_feature_lines(features), features.size()};
}

void encode(const Options& options) {
  require_task(options.task, {"wnut17", "squad", "swag"});
  const text::Tokenizer tokenizer = options.tokenizer.load();
  const Lines lines = options.task == "wnut17"  ? encode_sentences(options, tokenizer)
                      : options.task == "squad" ? encode_questions(options, tokenizer)
                                                : encode_choices(options, tokenizer);
  write_file_atomically(options.out, lines.text);
  std::cerr << lines.count << " features written to " << options.out << '\n';
}

}  // namespace

void add_encode(CLI::App& program) {
  CLI::App* command = program.add_subcommand("encode", "The features that a model sees, one canonical JSON line each");
  command->footer("Example: lorascope encode --model bert --task wnut17 --data dev.conll --split eval --out dev.jsonl");
  auto options = std::make_shared<Options>();
  options->tokenizer.add_to(*command);
  command->add_option("--task", options->task, "wnut17, squad or swag")->required();
  command->add_option("--data", options->data, "Data file of the task")->required();
  command
      ->add_option("--split", options->split,
                   "train or eval: questions get answer positions or offsets; others are the same for both")
      ->check(CLI::IsMember({"train", "eval"}))
      ->capture_default_str();
  command
      ->add_option("--max-length", options->max_length,
                   "Tokens of a window, special ones included; 0 = no limit (default: 384 for squad, else 0)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--stride", options->stride, "Tokens shared by neighbouring windows of squad (default: 128)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--label-all-tokens", options->label_all_tokens,
                    "Label every piece of a word, not the first alone");
  command->add_flag("--trim-both-sides", options->trim_both_sides,
                    "Trim questions on both sides as the documentation's guide does, not on the left alone");
  command->add_option("--out", options->out, "File to write")->required();
  command->callback([options] { encode(*options); });
}

}  // namespace lorascope::app
