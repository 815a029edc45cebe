#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/random.h"

namespace lorascope::data {

/// A context-free grammar for generated sentences. Rules are lines `name: alternative | alternative`; a line that
/// begins with a space goes on with the one before. In an alternative `<name>` is another rule, `{slot}` is filled by
/// the caller, everything else is a word.
class Grammar {
 public:
  explicit Grammar(std::string_view rules);

  /// The alternatives of a rule. The rule must exist.
  const std::vector<std::string>& alternatives(std::string_view name) const;

  using OnWord = std::function<void(std::string_view word)>;
  using OnSlot = std::function<void(std::string_view slot)>;
  /// Expands a pattern to its words in order, choosing alternatives evenly.
  void expand(std::string_view pattern, Random& random, const OnWord& on_word, const OnSlot& on_slot) const;

 private:
  void add_rule(std::string_view line);

  std::map<std::string, std::vector<std::string>, std::less<>> rules_;
};

/// The parts of a text between separators, trimmed of spaces; empty parts are kept.
std::vector<std::string> split_and_trim(std::string_view text, char separator);

}  // namespace lorascope::data
