#include "core/data/tagging_summary.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/data/data_summary.h"
#include "core/data/text_lines.h"

namespace lorascope::data {
namespace {

constexpr std::size_t kBucket = 10, kFirstRows = 3;

// A remark with the lines of the first few places.
class Remark {
 public:
  explicit Remark(const char* what) : what_(what) {}

  void add(std::size_t line) {
    ++count_;
    if (count_ <= 5) lines_ += (lines_.empty() ? "" : ", ") + std::to_string(line);
  }
  void append_to(std::vector<std::string>& remarks) const {
    if (count_ == 0) return;
    remarks.push_back(std::to_string(count_) + " " + what_ + " (sentences at lines " + lines_ +
                      (count_ > 5 ? ", …)" : ")"));
  }

 private:
  const char* what_;
  std::size_t count_ = 0;
  std::string lines_;
};

// "[Mia Brel]person is here"
std::string marked(const TaggedSentence& sentence) {
  std::string text;
  for (std::size_t i = 0; i < sentence.words.size(); ++i) {
    const std::string& tag = sentence.tags[i];
    if (i > 0) text += ' ';
    if (tag[0] == 'B') text += '[';
    text += sentence.words[i];
    const bool ends = tag != "O" && (i + 1 == sentence.words.size() || sentence.tags[i + 1][0] != 'I');
    if (ends) text += ']' + tag.substr(2);
  }
  constexpr std::size_t kLongest = 160;
  return on_one_line(text, kLongest);
}

}  // namespace

TaggingSummary summarize(std::span<const TaggedSentence> sentences) {
  TaggingSummary summary;
  Remark strays("I- tags that continue no entity of their type and so begin one");
  Remark blanks("words that are white space only");
  Remark repeats("sentences that occurred before");
  std::set<std::vector<std::string>> known;
  for (const TaggedSentence& sentence : sentences) {
    const std::size_t num_entities_before = summary.num_entities;
    std::string_view type_before;
    for (std::size_t i = 0; i < sentence.words.size(); ++i) {
      const std::string& tag = sentence.tags[i];
      const std::string_view type = tag == "O" ? std::string_view() : std::string_view(tag).substr(2);
      const bool is_stray = tag[0] == 'I' && type != type_before;
      if (is_stray) strays.add(sentence.line);
      if (tag[0] == 'B' || is_stray) {
        ++summary.num_entities;
        ++summary.entities[std::string(type)];
      }
      type_before = type;
      ++summary.tags[tag];
      if (trim_right(sentence.words[i]).empty()) blanks.add(sentence.line);
    }
    if (!known.insert(sentence.words).second) repeats.add(sentence.line);
    if (summary.num_entities == num_entities_before) ++summary.num_sentences_without_entity;
    if (summary.first_rows.size() < kFirstRows) summary.first_rows.push_back(marked(sentence));
    summary.num_words += sentence.words.size();
    summary.longest = std::max(summary.longest, sentence.words.size());
    const std::size_t bucket = (sentence.words.size() - 1) / kBucket;
    if (summary.lengths.size() <= bucket) summary.lengths.resize(bucket + 1);
    ++summary.lengths[bucket];
  }
  summary.num_sentences = sentences.size();
  for (const Remark* remark : {&strays, &blanks, &repeats}) remark->append_to(summary.remarks);
  return summary;
}

}  // namespace lorascope::data
