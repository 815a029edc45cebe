#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/lorascope/commands.h"
#include "app/lorascope/commands/text_options.h"
#include "core/base/files.h"
#include "core/data/feature_lines.h"
#include "core/data/wnut17.h"
#include "core/text/tokenizer.h"

namespace lorascope::app {
namespace {

struct Options {
  TokenizerOptions tokenizer;
  std::string task, data, out;
  std::string split = "train";
  int max_length = 0;
  int stride = 0;
  bool label_all_tokens = false;
};

void encode(const Options& options) {
  require_task(options.task, {"wnut17"});
  const text::Tokenizer tokenizer = options.tokenizer.load();
  const std::vector<data::TaggedSentence> sentences = data::read_tagged_sentences(options.data);
  const std::vector<data::Feature> features = data::make_token_features(sentences, tokenizer, data::LabelSet::wnut17(),
                                                                        options.max_length, options.label_all_tokens);
  write_file_atomically(options.out, data::token_feature_lines(features));
  std::cerr << features.size() << " features written to " << options.out << '\n';
}

}  // namespace

void add_encode(CLI::App& program) {
  CLI::App* command = program.add_subcommand("encode", "The features that a model sees, one canonical JSON line each");
  command->footer("Example: lorascope encode --model bert --task wnut17 --data dev.conll --split eval --out dev.jsonl");
  auto options = std::make_shared<Options>();
  options->tokenizer.add_to(*command);
  command->add_option("--task", options->task, "wnut17")->required();
  command->add_option("--data", options->data, "Data file of the task")->required();
  command->add_option("--split", options->split, "train or eval: tagging features are the same for both")
      ->check(CLI::IsMember({"train", "eval"}))
      ->capture_default_str();
  command->add_option("--max-length", options->max_length, "Tokens of a window, special ones included; 0 = no limit")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--stride", options->stride, "Tokens shared by neighbouring windows; tagging has one window")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--label-all-tokens", options->label_all_tokens,
                    "Label every piece of a word, not the first alone");
  command->add_option("--out", options->out, "File to write")->required();
  command->callback([options] { encode(*options); });
}

}  // namespace lorascope::app
