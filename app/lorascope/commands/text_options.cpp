#include "app/lorascope/commands/text_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/lorascope/hub/model_places.h"
#include "core/base/error.h"

namespace lorascope::app {

void TokenizerOptions::add_to(CLI::App& command) {
  command.add_option("--model", model, "Model folder whose tokenizer is used");
  command.add_option("--vocab", vocabulary, "Plain vocab.txt instead of a model folder");
  command.add_flag("--cased", cased, "Keep case and accents (with --vocab)");
}

text::Tokenizer TokenizerOptions::load() const {
  if (model.empty() == vocabulary.empty()) {
    throw UsageError("give either --model DIR or --vocab FILE", "lorascope tokenize --vocab vocab.txt …");
  }
  const text::Tokenizer tokenizer = vocabulary.empty() ? text::Tokenizer::from_folder(hub::find_model(model))
                                                       : text::Tokenizer::from_vocabulary(vocabulary, cased);
  for (const std::string& warning : tokenizer.warnings()) std::cerr << "warning: " << warning << '\n';
  return tokenizer;
}

void require_task(const std::string& task, std::initializer_list<const char*> known) {
  std::string names;
  for (const char* name : known) {
    if (task == name) return;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  throw UsageError("unknown task \"" + task + "\"", "known tasks: " + names);
}

}  // namespace lorascope::app
