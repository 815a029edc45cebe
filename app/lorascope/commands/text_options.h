#pragma once

#include <memory>
#include <string>

#include "core/text/tokenizer.h"

namespace CLI {
class App;
}

namespace lorascope::app {

/// The options that name a tokenizer: --model DIR, or --vocab FILE with --cased.
struct TokenizerOptions {
  std::string model, vocabulary;
  bool cased = false;

  void add_to(CLI::App& command);
  /// Loads it; warnings about its files go to stderr. Throws UsageError where not exactly one of the two is given.
  text::Tokenizer load() const;
};

/// Throws UsageError unless the task is one that the command knows.
void require_task(const std::string& task, std::initializer_list<const char*> known);

}  // namespace lorascope::app
