#include "core/data/grammar.h"

#include <algorithm>

namespace lorascope::data {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::vector<std::string> split_and_trim(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(trim(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

Grammar::Grammar(std::string_view rules) {
  std::string rule;
  for (std::size_t begin = 0; begin < rules.size();) {
    const std::size_t end = std::min(rules.find('\n', begin), rules.size());
    const std::string_view line = rules.substr(begin, end - begin);
    if (!line.starts_with(' ')) {
      add_rule(rule);
      rule.clear();
    }
    rule += line;
    begin = end + 1;
  }
  add_rule(rule);
}

void Grammar::add_rule(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  rules_[std::string(trim(line.substr(0, colon)))] = split_and_trim(line.substr(colon + 1), '|');
}

const std::vector<std::string>& Grammar::alternatives(std::string_view name) const {
  return rules_.find(name)->second;
}

void Grammar::expand(std::string_view pattern, Random& random, const OnWord& on_word, const OnSlot& on_slot) const {
  for (const std::string& token : split_and_trim(pattern, ' ')) {
    if (token.empty()) continue;
    const std::string_view inner = std::string_view(token).substr(1, token.size() < 2 ? 0 : token.size() - 2);
    if (token.size() > 2 && token.front() == '<' && token.back() == '>' && rules_.contains(inner)) {
      expand(random.pick(alternatives(inner)), random, on_word, on_slot);
    } else if (token.size() > 2 && token.front() == '{' && token.back() == '}') {
      on_slot(inner);
    } else {
      on_word(token);
    }
  }
}

}  // namespace lorascope::data
