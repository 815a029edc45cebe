#include "core/data/part.h"

#include <algorithm>
#include <string_view>

namespace lorascope::data {
namespace {

/// Counts units and says of each whether it is kept.
class PartCounter {
 public:
  explicit PartCounter(const PartRule& rule) : rule_(rule) {}

  bool keeps(std::size_t words) {
    if (rule_.max_words != 0 && words > rule_.max_words) return false;
    if (++short_enough_ % std::max<std::size_t>(rule_.every, 1) != 0) return false;
    if (rule_.limit != 0 && kept_ == rule_.limit) return false;
    ++kept_;
    return true;
  }

 private:
  PartRule rule_;
  std::size_t short_enough_ = 0;
  std::size_t kept_ = 0;
};

std::size_t words_in(std::string_view text) {
  std::size_t words = 0;
  bool in_word = false;
  for (const char c : text) {
    const bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
    words += !is_space && !in_word;
    in_word = !is_space;
  }
  return words;
}

}  // namespace

std::vector<SquadQuestion> part_of(std::span<const SquadQuestion> questions, const PartRule& rule) {
  PartCounter counter(rule);
  std::vector<SquadQuestion> part;
  const SquadQuestion* passage = nullptr;
  bool kept = false;
  for (const SquadQuestion& question : questions) {
    if (passage == nullptr || passage->context != question.context) {
      passage = &question;
      kept = counter.keeps(words_in(question.context));
    }
    if (kept) part.push_back(question);
  }
  return part;
}

std::vector<SwagRow> part_of(std::span<const SwagRow> rows, const PartRule& rule) {
  PartCounter counter(rule);
  std::vector<SwagRow> part;
  for (const SwagRow& row : rows) {
    std::size_t longest = 0;
    for (const std::string& ending : row.endings) longest = std::max(longest, words_in(ending));
    if (counter.keeps(words_in(row.sent1) + words_in(row.sent2) + longest)) part.push_back(row);
  }
  return part;
}

std::vector<TaggedSentence> part_of(std::span<const TaggedSentence> sentences, const PartRule& rule) {
  PartCounter counter(rule);
  std::vector<TaggedSentence> part;
  for (const TaggedSentence& sentence : sentences) {
    if (counter.keeps(sentence.words.size())) part.push_back(sentence);
  }
  return part;
}

}  // namespace lorascope::data
